package import Fleet
import Foundation

/// An agent as the platform needs it to know it again.
package struct AgentRecord: Sendable, Equatable {
    package var agent: EdgeAgent
    /// 32 bytes in base64.
    package var publicKey: String
    /// What it offers is added to its project by itself.
    package var adoptsOffers: Bool
    package var adoptedTags: [String]

    package init(agent: EdgeAgent, publicKey: String, adoptsOffers: Bool = false, adoptedTags: [String] = []) {
        self.agent = agent
        self.publicKey = publicKey
        self.adoptsOffers = adoptsOffers
        self.adoptedTags = adoptedTags
    }
}

// One agent at a time.

extension SQLSession {
    /// - Throws: `StoreError.uniqueViolation` of `agent_fingerprint`.
    package func insertAgent(_ record: AgentRecord) throws {
        let agent = record.agent
        try execute(
            """
            INSERT INTO agent (id, project_id, state, name, description, fingerprint, public_key, search_text, address,
                version, system, online, status_since, last_seen, bytes_received, bytes_sent, adopts_offers,
                adopted_tags, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, NULL, NULL, 0, 0, ?, ?, ?, ?)
            """,
            [
                agent.id.rawValue, agent.projectId?.rawValue, agent.state.rawValue, agent.name, agent.description,
                agent.fingerprint, record.publicKey, searchText(agent), agent.address, agent.version, agent.system,
                record.adoptsOffers, try encoded(record.adoptedTags), agent.createdAt.milliseconds,
                agent.updatedAt.milliseconds,
            ])
    }

    /// Writes whose it is, what it is called, its key, and what it says of itself; state of its connections is left alone.
    /// - Throws: `StoreError.uniqueViolation` of `agent_fingerprint`.
    package func updateAgent(_ record: AgentRecord) throws {
        let agent = record.agent
        try execute(
            """
            UPDATE agent SET project_id = ?, state = ?, name = ?, description = ?, fingerprint = ?, public_key = ?,
                search_text = ?, version = ?, system = ?, adopts_offers = ?, adopted_tags = ?, updated_at = ?
            WHERE id = ?
            """,
            [
                agent.projectId?.rawValue, agent.state.rawValue, agent.name, agent.description, agent.fingerprint,
                record.publicKey, searchText(agent), agent.version, agent.system, record.adoptsOffers,
                try encoded(record.adoptedTags), agent.updatedAt.milliseconds, agent.id.rawValue,
            ])
    }

    /// - Throws: `StoreError.foreignKeyViolation` while services or hosts are behind it.
    package func deleteAgent(_ id: Identifier<EdgeAgent>) throws {
        try execute("DELETE FROM agent WHERE id = ?", [id.rawValue])
    }

    package func agent(_ id: Identifier<EdgeAgent>) throws -> AgentRecord? {
        try queryFirst("SELECT \(agentColumns) FROM agent a WHERE a.id = ?", [id.rawValue]).map(readAgent)
    }

    package func agent(fingerprint: String) throws -> AgentRecord? {
        try queryFirst("SELECT \(agentColumns) FROM agent a WHERE a.fingerprint = ?", [fingerprint]).map(readAgent)
    }

    /// Whether another agent of its project has its name too.
    package func hasNamesake(_ agent: EdgeAgent) throws -> Bool {
        guard let project = agent.projectId else { return false }
        return try queryFirst(
            "SELECT 1 FROM agent WHERE project_id = ? AND name = ? AND id <> ? LIMIT 1",
            [project.rawValue, agent.name, agent.id.rawValue]) != nil
    }

    package func setAgentProgram(version: String, system: String, of id: Identifier<EdgeAgent>) throws {
        try execute("UPDATE agent SET version = ?, system = ? WHERE id = ?", [version, system, id.rawValue])
    }

    /// That its key is used in two places; `nil` when that was looked into.
    package func setAgentClone(_ clone: EdgeAgent.Clone?, of id: Identifier<EdgeAgent>) throws {
        try execute(
            "UPDATE agent SET clone_address = ?, clone_seen_at = ? WHERE id = ?",
            [clone?.address, clone?.seenAt.milliseconds, id.rawValue])
    }

    /// Names of agents, for what is behind them.
    func agentNames(_ ids: [Identifier<EdgeAgent>]) throws -> [Identifier<EdgeAgent>: String] {
        var names: [Identifier<EdgeAgent>: String] = [:]
        for chunk in chunks(Set(ids.map(\.rawValue)).sorted()) {
            for row in try query("SELECT id, name FROM agent WHERE id IN (\(placeholders(chunk.count)))", chunk) {
                names[Identifier(rawValue: try row.text(0))] = try row.text(1)
            }
        }
        return names
    }

    // MARK: Deleted ones

    package func noteDeletedKey(_ fingerprint: String, at time: Timestamp) throws {
        try execute(
            "INSERT INTO agent_deleted_key (fingerprint, deleted_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [fingerprint, time.milliseconds])
    }

    package func isDeletedKey(_ fingerprint: String) throws -> Bool {
        try queryFirst("SELECT 1 FROM agent_deleted_key WHERE fingerprint = ?", [fingerprint]) != nil
    }

    package func forgetDeletedKey(_ fingerprint: String) throws {
        try execute("DELETE FROM agent_deleted_key WHERE fingerprint = ?", [fingerprint])
    }
}

private func searchText(_ agent: EdgeAgent) -> String {
    "\(agent.name) \(agent.description) \(agent.fingerprint)".lowercased()
}

private let isNewOffer = """
    o.agent_id = a.id
        AND NOT EXISTS (SELECT 1 FROM service s
            WHERE s.agent_id = a.id AND s.endpoint = 'agent://' || a.id || '/' || o.name)
        AND NOT EXISTS (SELECT 1 FROM host h
            WHERE h.agent_id = a.id AND h.address = 'agent://' || a.id || '/' || o.name)
    """

let agentColumns = """
    a.id, a.project_id, a.state, a.name, a.description, a.fingerprint, a.public_key, a.address, a.version, a.system, \
    a.online, a.status_since, a.last_seen, a.bytes_received, a.bytes_sent, a.clone_address, a.clone_seen_at, \
    a.adopts_offers, a.adopted_tags, a.created_at, a.updated_at, \
    (SELECT COUNT(*) FROM service s WHERE s.agent_id = a.id), (SELECT COUNT(*) FROM host h WHERE h.agent_id = a.id), \
    (SELECT COUNT(*) FROM agent_offer o WHERE o.agent_id = a.id), \
    (SELECT COUNT(*) FROM agent_offer o WHERE \(isNewOffer)), \
    (SELECT COUNT(*) FROM agent_connection c WHERE c.agent_id = a.id)
    """

func readAgent(_ row: SQLRow) throws -> AgentRecord {
    var agent = EdgeAgent(
        id: Identifier(rawValue: try row.text(0)),
        projectId: try row.textOrNil(1).map(Identifier.init(rawValue:)), state: try row.word(2), name: try row.text(3),
        description: try row.text(4), fingerprint: try row.text(5), at: Timestamp(milliseconds: try row.integer(19)))
    agent.address = try row.text(7)
    agent.version = try row.text(8)
    agent.system = try row.text(9)
    agent.online = try row.bool(10)
    agent.statusSince = try row.integerOrNil(11).map(Timestamp.init(milliseconds:))
    agent.lastSeen = try row.integerOrNil(12).map(Timestamp.init(milliseconds:))
    agent.bytesReceived = try row.integer(13)
    agent.bytesSent = try row.integer(14)
    if let address = try row.textOrNil(15), let seen = try row.integerOrNil(16) {
        agent.clone = EdgeAgent.Clone(address: address, seenAt: Timestamp(milliseconds: seen))
    }
    agent.updatedAt = Timestamp(milliseconds: try row.integer(20))
    agent.services = try row.int(21)
    agent.hosts = try row.int(22)
    agent.offers = try row.int(23)
    agent.newOffers = try row.int(24)
    agent.connections = try row.int(25)
    return AgentRecord(
        agent: agent, publicKey: try row.text(6), adoptsOffers: try row.bool(17),
        adoptedTags: try decoded(try row.text(18)))
}
