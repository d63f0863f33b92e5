import Fleet
import Store
import Transport

/// The ways to what is behind agents. Whoever gets one speaks to it as to anything else.
package struct AgentNetwork: Sendable {
    let directory: AgentDirectory
    let connections: AgentConnections
    let peers: PeerNetwork

    /// The way to what an endpoint means, for something that belongs to `project`.
    ///
    /// Whether the agent belongs there too is looked at with each request: it may be moved, or revoked, meanwhile.
    /// - Parameter port: of a container on the engine that is offered; 0 for the offer itself.
    func transport(
        to agent: Identifier<EdgeAgent>, offer: String, port: Int = 0, in project: Identifier<Project>
    ) -> any Transport {
        AgentTransport(network: self, agent: agent, target: port == 0 ? offer : "\(offer):\(port)", project: project)
    }

    /// The way to the agent itself, wherever it is connected.
    func transport(toProgramOf agent: Identifier<EdgeAgent>) -> any Transport {
        AgentTransport(network: self, agent: agent, target: AgentProfile.authority, project: nil)
    }

    /// - Throws: `TransportError` of kind `.pathDown`.
    fileprivate func route(
        _ id: Identifier<EdgeAgent>, _ target: String, in project: Identifier<Project>?
    ) async throws -> TunnelTransport {
        guard let entry = directory.entry(id) else {
            throw TransportError(.pathDown, "its agent is not there any more")
        }
        guard project == nil || entry.projectId == project else {
            throw TransportError(.pathDown, "its agent “\(entry.name)” belongs to another project")
        }
        guard entry.state != .revoked else { throw TransportError(.pathDown, "its agent “\(entry.name)” is revoked") }
        if let tunnel = connections.tunnel(to: id) {
            return TunnelTransport(agent: entry.name, offer: target) { tunnel }
        }
        let holders = entry.holdersByAge.filter { $0 != peers.holder }
        guard !holders.isEmpty else {
            if let tunnel = await connections.tunnelAfterAbsence(to: id) {
                return TunnelTransport(agent: entry.name, offer: target) { tunnel }
            }
            throw TransportError(.pathDown, "its agent “\(entry.name)” is not connected")
        }
        return transport(to: id, called: entry.name, target, heldBy: holders)
    }

    /// Through another control plane: the first of them that can be reached.
    func transport(
        to id: Identifier<EdgeAgent>, called name: String, _ target: String, heldBy holders: [String]
    ) -> TunnelTransport {
        TunnelTransport(agent: name, offer: target, authority: PeerTargets.authority(id, target)) { [peers] in
            var failure: any Error = TransportError(.pathDown, "no control plane holds the agent's connection")
            for holder in holders {
                do { return try await peers.tunnel(to: holder) } catch { failure = error }
            }
            throw failure
        }
    }
}

/// Looks for the agent anew with each request.
private struct AgentTransport: Transport {
    let network: AgentNetwork
    let agent: Identifier<EdgeAgent>
    let target: String
    /// `nil` for the platform's own errands.
    let project: Identifier<Project>?

    func send(_ request: RemoteRequest) async throws -> RemoteResponse {
        try await network.route(agent, target, in: project).send(request)
    }

    func upgrade(_ request: RemoteRequest) async throws -> RemoteUpgrade {
        try await network.route(agent, target, in: project).upgrade(request)
    }
}
