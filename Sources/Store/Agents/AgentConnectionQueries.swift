package import Fleet
package import Foundation

/// What a control plane must know of an agent to decide who may speak through it, and how.
package struct AgentEntry: Sendable, Equatable {
    package let id: Identifier<EdgeAgent>
    package let projectId: Identifier<Project>?
    package let state: EdgeAgent.State
    package let name: String
    package let fingerprint: String
    /// 32 bytes.
    package let publicKey: Data
    /// The control planes that hold connections of it.
    package let holders: [String: Hold]

    package struct Hold: Sendable, Equatable {
        /// Of the agent's program.
        package let instance: String
        package let since: Timestamp
    }

    /// Where it came last first: an older one may be dead, and nobody has noticed yet.
    package var holdersByAge: [String] { holders.sorted { $0.value.since > $1.value.since }.map(\.key) }

    package init(
        id: Identifier<EdgeAgent>, projectId: Identifier<Project>?, state: EdgeAgent.State, name: String,
        fingerprint: String, publicKey: Data, holders: [String: Hold]
    ) {
        self.id = id
        self.projectId = projectId
        self.state = state
        self.name = name
        self.fingerprint = fingerprint
        self.publicKey = publicKey
        self.holders = holders
    }
}

/// An agent's connections to one control plane began.
package struct AgentArrival: Sendable, Equatable {
    package let id: Identifier<EdgeAgent>
    package let instance: String
    package let address: String
    package let at: Timestamp

    package init(id: Identifier<EdgeAgent>, instance: String, address: String, at: Timestamp) {
        self.id = id
        self.instance = instance
        self.address = address
        self.at = at
    }
}

/// The last of an agent's connections to one control plane ended.
package struct AgentDeparture: Sendable, Equatable {
    package let id: Identifier<EdgeAgent>
    package let at: Timestamp
    /// `nil` when nobody has counted.
    package let traffic: Traffic?

    /// Bytes of its connections.
    package struct Traffic: Sendable, Equatable {
        let received: Int64
        let sent: Int64

        package init(received: Int64, sent: Int64) {
            self.received = received
            self.sent = sent
        }
    }

    package init(id: Identifier<EdgeAgent>, at: Timestamp, traffic: Traffic?) {
        self.id = id
        self.at = at
        self.traffic = traffic
    }
}

// Who is connected where, and the control planes themselves.

extension SQLSession {
    /// Agents that were deleted meanwhile are passed over.
    package func noteArrivals(_ arrivals: [AgentArrival], at holder: String) throws {
        try lockPresence()
        for arrival in arrivals {
            let written = try execute(
                """
                UPDATE agent SET online = 1, address = ?, last_seen = ?,
                    status_since = CASE WHEN online = 1 THEN status_since ELSE ? END
                WHERE id = ?
                """,
                [arrival.address, arrival.at.milliseconds, arrival.at.milliseconds, arrival.id.rawValue])
            guard written == 1 else { continue }
            try execute(
                """
                INSERT INTO agent_connection (agent_id, holder, instance, since) VALUES (?, ?, ?, ?)
                ON CONFLICT (agent_id, holder) DO UPDATE SET instance = excluded.instance, since = excluded.since
                """,
                [arrival.id.rawValue, holder, arrival.instance, arrival.at.milliseconds])
        }
    }

    package func noteDepartures(_ departures: [AgentDeparture], from holder: String) throws {
        try lockPresence()
        for departure in departures {
            try execute(
                "DELETE FROM agent_connection WHERE agent_id = ? AND holder = ?", [departure.id.rawValue, holder])
            try execute(
                """
                UPDATE agent SET last_seen = ?, bytes_received = COALESCE(?, bytes_received),
                    bytes_sent = COALESCE(?, bytes_sent) WHERE id = ?
                """,
                [
                    departure.at.milliseconds, departure.traffic?.received, departure.traffic?.sent,
                    departure.id.rawValue,
                ])
            try noteAbsence(of: departure.id, at: departure.at)
        }
    }

    /// Agents after `id`, by id: for knowing them all, piece by piece.
    package func agentEntries(after id: Identifier<EdgeAgent>?, limit: Int) throws -> [AgentEntry] {
        let rows = try query(
            """
            SELECT id, project_id, state, name, fingerprint, public_key FROM agent WHERE id > ? ORDER BY id LIMIT ?
            """, [id?.rawValue ?? "", limit])
        return try entries(rows)
    }

    package func agentEntries(_ ids: [Identifier<EdgeAgent>]) throws -> [AgentEntry] {
        try chunks(ids.map(\.rawValue)).flatMap { chunk in
            try entries(
                try query(
                    """
                    SELECT id, project_id, state, name, fingerprint, public_key FROM agent
                    WHERE id IN (\(placeholders(chunk.count)))
                    """, chunk))
        }
    }

    private func entries(_ rows: [SQLRow]) throws -> [AgentEntry] {
        var holders: [String: [String: AgentEntry.Hold]] = [:]
        for chunk in chunks(try rows.map { try $0.text(0) }) {
            let connections = try query(
                """
                SELECT agent_id, holder, instance, since FROM agent_connection WHERE agent_id IN (\(placeholders(chunk.count)))
                """, chunk)
            for row in connections {
                holders[try row.text(0), default: [:]][try row.text(1)] = AgentEntry.Hold(
                    instance: try row.text(2), since: Timestamp(milliseconds: try row.integer(3)))
            }
        }
        return try rows.map { row in
            let id = try row.text(0)
            return AgentEntry(
                id: Identifier(rawValue: id), projectId: try row.textOrNil(1).map(Identifier.init(rawValue:)),
                state: try row.word(2), name: try row.text(3), fingerprint: try row.text(4),
                publicKey: Data(base64Encoded: try row.text(5)) ?? Data(), holders: holders[id] ?? [:])
        }
    }

    // MARK: Proofs

    /// - Returns: those that were not used before.
    package func useNonces(_ nonces: [String: Timestamp]) throws -> Set<String> {
        var fresh: Set<String> = []
        for (nonce, expiry) in nonces.sorted(by: { $0.key < $1.key }) {
            let written = try execute(
                "INSERT INTO agent_proof (nonce, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [nonce, expiry.milliseconds])
            if written == 1 { fresh.insert(nonce) }
        }
        return fresh
    }

    package func isUsedNonce(_ nonce: String) throws -> Bool {
        try queryFirst("SELECT 1 FROM agent_proof WHERE nonce = ?", [nonce]) != nil
    }

    package func deleteNonces(expiredBefore time: Timestamp) throws {
        try execute("DELETE FROM agent_proof WHERE expires_at < ?", [time.milliseconds])
    }

    // MARK: Control planes

    /// - Parameter address: where the others reach it; empty when they can't.
    package func noteControlPlane(_ holder: String, address: String, at time: Timestamp) throws {
        try execute(
            """
            INSERT INTO control_plane (holder, address, seen_at) VALUES (?, ?, ?)
            ON CONFLICT (holder) DO UPDATE SET address = excluded.address, seen_at = excluded.seen_at
            """, [holder, address, time.milliseconds])
    }

    /// Addresses by holder.
    package func controlPlanes() throws -> [String: String] {
        var addresses: [String: String] = [:]
        for row in try query("SELECT holder, address FROM control_plane") {
            addresses[try row.text(0)] = try row.text(1)
        }
        return addresses
    }

    /// Forgets the control planes that were seen last before a moment, and what they held.
    /// - Parameter time: `nil` for all.
    /// - Returns: the agents of which they held connections.
    package func forgetControlPlanes(
        except own: String, seenBefore time: Timestamp?, at now: Timestamp
    ) throws -> [Identifier<EdgeAgent>] {
        let known = try query("SELECT holder, seen_at FROM control_plane").map { (try $0.text(0), try $0.integer(1)) }
        let alive = known.filter { _, seen in time.map { seen >= $0.milliseconds } ?? false }.map(\.0)
        // Also those of which nothing is known but what they held.
        let holders = try query("SELECT DISTINCT holder FROM agent_connection").map { try $0.text(0) }
        let gone = Set(known.map(\.0) + holders).subtracting(alive + [own])
        return try gone.sorted().flatMap { try forgetControlPlane($0, at: now) }
    }

    /// - Returns: the agents of which it held connections.
    package func forgetControlPlane(_ holder: String, at now: Timestamp) throws -> [Identifier<EdgeAgent>] {
        try lockPresence()
        try execute("DELETE FROM control_plane WHERE holder = ?", [holder])
        let affected = try query("DELETE FROM agent_connection WHERE holder = ? RETURNING agent_id", [holder])
            .map { try $0.text(0) }
        for chunk in chunks(affected) {
            try execute(
                """
                UPDATE agent SET online = 0, status_since = ? WHERE online = 1 AND id IN (\(placeholders(chunk.count)))
                    AND NOT EXISTS (SELECT 1 FROM agent_connection c WHERE c.agent_id = agent.id)
                """, [now.milliseconds] + chunk)
        }
        return affected.map(Identifier.init(rawValue:))
    }

    /// One control plane after the other writes who is connected: two that write of the same agents in different orders
    /// would hold each other up.
    private func lockPresence() throws { try lock("agent-presence") }

    private func noteAbsence(of id: Identifier<EdgeAgent>, at now: Timestamp) throws {
        try execute(
            """
            UPDATE agent SET online = 0, status_since = ? WHERE id = ? AND online = 1
                AND NOT EXISTS (SELECT 1 FROM agent_connection c WHERE c.agent_id = agent.id)
            """, [now.milliseconds, id.rawValue])
    }
}
