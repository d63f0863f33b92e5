import AgentIdentity
package import Fleet
import Logging
package import NIOCore
import Store
import Transport

/// An agent that has proved who it is, and may open its tunnel now.
package struct AdmittedAgent: Sendable {
    let id: Identifier<EdgeAgent>
    /// Of the key that it has proved itself by.
    let fingerprint: String
    let instance: String
    let address: String
}

/// Takes agents in: challenges them, checks what they sign, and holds their connections.
package struct AgentAcceptor: Sendable {
    /// So long the one that was there first has to say that it still is.
    private static let patience = Duration.seconds(3)
    /// Two with one key will not sort themselves out by coming again at once.
    private static let cloneRest = Duration.seconds(60)

    let context: ControlPlaneContext
    let challenges: AgentChallenges
    let network: AgentNetwork
    let presence: AgentPresence
    let changes: AgentChanges
    private let metrics = AgentMetrics()

    init(
        context: ControlPlaneContext, challenges: AgentChallenges, network: AgentNetwork, presence: AgentPresence,
        changes: AgentChanges
    ) {
        self.context = context
        self.challenges = challenges
        self.network = network
        self.presence = presence
        self.changes = changes
    }

    package func challengeAgent() throws -> AgentChallenge { try challenges.make() }

    /// Whether whoever signed this may open a tunnel. Says the same when it is asked again: the challenge is used up by
    /// `admit` only.
    /// - Throws: `.notFound` for a key that is not known, `.permissionDenied` for one that is revoked, `.unauthenticated`
    ///   for everything that another challenge may mend, `.conflict` when another copy of the agent is connected.
    package func checkAgent(proof text: String, address: String) async throws -> AdmittedAgent {
        let (agent, nonce) = try await check(text, address: address)
        try await challenges.refuseUsed(nonce)
        try await refuseClone(agent, isNoted: true)
        return agent
    }

    /// The same, and uses the challenge up: the proof is worth nothing any more.
    /// - Throws: as `checkAgent`.
    package func admitAgent(proof text: String, address: String) async throws -> AdmittedAgent {
        let (agent, nonce) = try await check(text, address: address)
        guard !network.connections.noteDial(of: agent.id, atMost: Self.dialsPerMinute) else {
            throw EdgewrightError(.rateLimited, "This agent dials too often.", retryAfter: .seconds(60))
        }
        // What was used before tells of no copy.
        try await challenges.refuseUsed(nonce)
        try await refuseClone(agent, isNoted: false)
        try await challenges.use(nonce)
        challenges.admitted(isStranger: network.directory.entry(agent.id)?.state == .unmanaged)
        return agent
    }

    private func check(_ text: String, address: String) async throws -> (agent: AdmittedAgent, nonce: AgentNonce) {
        let signed = try SignedProof(checking: text)
        let entry = try await entry(fingerprint: signed.fingerprint.description)
        let proof = try signed.checked(with: entry.publicKey)
        let nonce = try challenges.check(proof, for: .connect)
        guard entry.state != .revoked else {
            throw EdgewrightError(
                .permissionDenied, "The key of the agent “\(entry.name)” is revoked; an administrator can restore it.")
        }
        try checkRoom(for: entry)
        let agent = AdmittedAgent(
            id: entry.id, fingerprint: entry.fingerprint, instance: proof.instance, address: address)
        return (agent, nonce)
    }

    /// More than its program ever opens; and of an agent that nobody has claimed, hardly any: anybody can be one.
    private static let connectionsPerAgent = 32
    private static let connectionsPerStranger = 2
    private static let dialsPerMinute = 120

    /// - Throws: `.rateLimited`, and `.unavailable` when too many come that nobody knows.
    private func checkRoom(for entry: AgentEntry) throws {
        let isStranger = entry.state == .unmanaged
        let most = isStranger ? Self.connectionsPerStranger : Self.connectionsPerAgent
        guard network.connections.count(of: entry.id) < most else {
            throw EdgewrightError(
                .rateLimited, "The agent “\(entry.name)” holds \(most) connections already.", retryAfter: .seconds(30))
        }
        if isStranger { try challenges.checkStranger() }
    }

    /// From memory: ten thousand that come at once must not stand in a queue before the store. What another control plane
    /// has let in a moment ago is there.
    private func entry(fingerprint: String) async throws -> AgentEntry {
        if let known = network.directory.entry(fingerprint: fingerprint) { return known }
        let found = try await context.read { session in
            try session.agent(fingerprint: fingerprint).map { try session.agentEntries([$0.agent.id]) }
        }
        guard let entry = found?.first else {
            throw EdgewrightError(.notFound, "No agent with the key \(fingerprint) is known; let it enrol.")
        }
        // Memory is to be as new as this: or it would take the agent for another one.
        await changes.take([entry.id])
        return entry
    }

    // MARK: Copies

    /// One key, two starts of the program, both alive: a copy. The one that was there first stays: whoever copied the key
    /// does not take its place.
    /// - Parameter isNoted: that there is a copy was written down for this very attempt.
    private func refuseClone(_ agent: AdmittedAgent, isNoted: Bool) async throws {
        for connection in network.connections.connections(of: agent.id, otherThan: agent.instance) {
            let transport = TunnelTransport(agent: "", offer: AgentProfile.authority) { connection.tunnel }
            guard await isAlive(transport) else {
                // Its network vanished, or its machine did: the connection only looked open.
                connection.tunnel.close()
                continue
            }
            throw try await clone(of: agent, isNoted: isNoted)
        }
        let entry = network.directory.entry(agent.id)
        for (holder, hold) in entry?.holders ?? [:]
        where hold.instance != agent.instance && holder != network.peers.holder {
            let transport = network.transport(
                to: agent.id, called: "", AgentProfile.authority, heldBy: [holder])
            if await isAlive(transport) { throw try await clone(of: agent, isNoted: isNoted) }
        }
    }

    private func isAlive(_ transport: TunnelTransport) async -> Bool {
        let request = RemoteRequest(target: AgentProfile.path, timeout: Self.patience)
        guard let answer = try? await transport.send(request) else { return false }
        answer.cancel()
        return true
    }

    private func clone(of agent: AdmittedAgent, isNoted: Bool) async throws -> EdgewrightError {
        if !isNoted {
            let clone = EdgeAgent.Clone(address: agent.address, seenAt: context.now())
            try await context.write { session in
                try session.setAgentClone(clone, of: agent.id)
                try changes.announce([agent.id], in: session)
            }
            context.logger.warning(
                "an agent's key is used in two places",
                metadata: ["agent": "\(agent.id)", "second": "\(agent.address)"])
            changes.publish([agent.id])
        }
        return EdgewrightError(
            .conflict,
            "An agent with this key is connected already. Is this a copy of its machine? Give this one a key of its own.",
            retryAfter: Self.cloneRest)
    }

    // MARK: Connections

    /// Takes an upgraded connection over. On its event loop.
    package func acceptTunnel(on channel: any Channel, of agent: AdmittedAgent) throws {
        let tunnel = try TunnelClient(on: channel)
        network.connections.add(
            .init(
                tunnel: tunnel, fingerprint: agent.fingerprint, instance: agent.instance, address: agent.address),
            of: agent.id)
        presence.arrived(agent)
        metrics.tunnelOpened()
        tunnel.closed.whenComplete { _ in
            if network.connections.remove(tunnel, of: agent.id) { presence.left(agent.id, tunnel.traffic) }
        }
        // Revoked or given another key between its proof and now: whoever cuts connections did not see this one. Whether it
        // was deleted is seen when its arrival is written.
        if let entry = network.directory.entry(agent.id),
            entry.state == .revoked || entry.fingerprint != agent.fingerprint
        {
            tunnel.close()
        }
    }

    // MARK: Other control planes

    /// Whether another control plane on the same store has made this.
    package func isPeer(proof: String) -> Bool { network.peers.isFromPeer(proof) }

    /// Takes a connection of another control plane over, which reaches this one's agents through it. On its event loop.
    package func acceptPeer(on channel: any Channel) throws {
        let targets = PeerTargets(directory: network.directory, connections: network.connections)
        network.peers.add(try TunnelServer(on: channel, targets: targets))
    }
}
