import ControlPlane
import Fleet
import HTTPTypes
import Logging
import NIOCore
import Transport

/// Connections that agents and other control planes open: on the ordinary listener, and HTTP/2 from then on.
struct AgentUpgrades: UpgradeResponder {
    let acceptor: AgentAcceptor
    let proxies: TrustedProxies

    /// Throws what the responder then says too, when it answers the same request.
    func upgrade(_ request: UpgradeRequest) async throws -> AcceptedUpgrade? {
        let path = request.head.path?.prefix { $0 != "?" }
        if path == AgentPath.tunnel[...], request.protocols.contains(TunnelProtocol.upgradeToken) {
            return try await acceptAgent(request)
        }
        if path == PeerNetwork.path[...], request.protocols.contains(TunnelProtocol.peerToken) {
            return acceptPeer(request)
        }
        return nil
    }

    private func acceptAgent(_ request: UpgradeRequest) async throws -> AcceptedUpgrade? {
        guard let proof = request.head.headerFields.bearerToken else { return nil }
        let origin = proxies.origin(
            of: request.head, peer: request.remoteAddress?.ipAddress ?? "", isSecure: request.isSecure)
        let agent = try await acceptor.admitAgent(proof: proof, address: origin.address)
        return AcceptedUpgrade(protocolName: TunnelProtocol.upgradeToken) { channel in
            try acceptor.acceptTunnel(on: channel, of: agent)
        }
    }

    private func acceptPeer(_ request: UpgradeRequest) -> AcceptedUpgrade? {
        guard let proof = request.head.headerFields.bearerToken, acceptor.isPeer(proof: proof) else { return nil }
        return AcceptedUpgrade(protocolName: TunnelProtocol.peerToken) { try acceptor.acceptPeer(on: $0) }
    }
}

/// Asks one after the other.
struct UpgradeResponders: UpgradeResponder {
    let responders: [any UpgradeResponder]

    func upgrade(_ request: UpgradeRequest) async throws -> AcceptedUpgrade? {
        for responder in responders {
            if let accepted = try await responder.upgrade(request) { return accepted }
        }
        return nil
    }
}

extension HTTPFields {
    /// Of `Authorization: Bearer …` (RFC 6750).
    var bearerToken: String? {
        guard let parts = self[.authorization]?.split(separator: " ", maxSplits: 1), parts.count == 2,
            parts[0].lowercased() == "bearer"
        else { return nil }
        return String(parts[1])
    }
}
