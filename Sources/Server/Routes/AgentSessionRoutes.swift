import ControlPlane
import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// What agents themselves ask. Nobody is signed in: each request carries what proves it.
enum AgentSessionRoutes {
    static func routes(_ plane: ControlPlane) -> [Route] {
        let (acceptor, enrollment) = (plane.agentAcceptor, plane.agentEnrollment)
        return [
            .open(.post, "/agent/challenge", "challengeAgent") { _ in try .json(try acceptor.challengeAgent()) },
            .open(.post, "/agent/enroll", "enrollAgent") { request in
                let address = request.context.origin.address
                return try .json(try await enrollment.enrollAgent(try await request.decode(), address: address))
            },
            .open(.post, "/agent/rotate", "rotateAgentKey") { request in
                let address = request.context.origin.address
                try await enrollment.rotateAgentKey(try await request.decode(), address: address)
                return .noContent
            },
            // Reached by what was not upgraded: to say why.
            .open(.get, "/agent/tunnel", "openAgentTunnel") { request in
                guard let proof = request.request.headers.bearerToken else {
                    throw EdgewrightError(.unauthenticated, "An agent sends its proof: Authorization: Bearer …")
                }
                _ = try await acceptor.checkAgent(proof: proof, address: request.context.origin.address)
                throw ProtocolError(
                    status: .upgradeRequired, code: "upgradeRequired",
                    detail: "This takes Upgrade: edgewright-tunnel/1, on a connection of its own (HTTP/1.1).",
                    headerFields: [.upgrade: "edgewright-tunnel/1", .connection: "upgrade"])
            },
        ]
    }
}
