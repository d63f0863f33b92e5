import Fleet
import Synchronization
package import Transport

/// What the platform reaches through an agent: the agent itself, what it offers, and the ports of the platform's own
/// containers on an engine that it offers. Nothing else, whatever a request names.
package final class AgentTargets: TunnelTargets {
    private struct Reachable {
        var offers: [String: any Transport] = [:]
        var engines: [String: DockerServices] = [:]
    }

    private let client: DirectTransportClient
    private let dockerServices: String
    private let itself: AgentItself
    private let reachable = Mutex(Reachable())

    /// - Parameters:
    ///   - dockerServices: where ports that containers publish are reached from here.
    ///   - itself: what answers for the agent.
    package init(client: DirectTransportClient, dockerServices: String, itself: AgentItself) {
        self.client = client
        self.dockerServices = dockerServices
        self.itself = itself
    }

    /// What is under way goes on where it is.
    /// - Throws: `TransportError` of kind `.invalidRequest` when a certificate of an offer can't be read.
    package func replace(with offers: [LocalOffer]) throws {
        var made = Reachable()
        for offer in offers {
            let name = offer.offer.name
            made.offers[name] = try OfferTransport(offer.endpoint, client: client)
            guard offer.offer.kind == .docker else { continue }
            made.engines[name] = try DockerServices(engine: offer.endpoint, address: dockerServices, client: client)
        }
        reachable.withLock { $0 = made }
    }

    package func transport(to authority: String) async throws -> any Transport {
        if let offered = reachable.withLock({ $0.offers[authority] }) { return offered }
        if authority == AgentProfile.authority { return itself }
        guard let (name, port) = Self.publishedPort(authority),
            let engine = reachable.withLock({ $0.engines[name] })
        else {
            throw TransportError(.pathDown, "the agent does not offer “\(authority.prefix(100))”")
        }
        return try await engine.transport(to: port)
    }

    /// `docker:30001`
    private static func publishedPort(_ authority: String) -> (engine: String, port: Int)? {
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count <= 5,
            parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = Int(parts[1]), (1...65535).contains(port)
        else { return nil }
        return (String(parts[0]), port)
    }
}
