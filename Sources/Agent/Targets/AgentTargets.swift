import Fleet
import Synchronization
package import Transport

/// What the platform reaches through an agent: the agent itself, what it offers, and the ports of the platform's own
/// containers on an engine that it offers. Nothing else, whatever a request names.
package final class AgentTargets: TunnelTargets {
    package let carriesBytes = true
    private let client: DirectTransportClient
    private let dockerServices: String
    private let itself: AgentItself
    private let offers: LocalOffers
    private let engines = Mutex<[String: DockerServices]>([:])

    /// - Parameters:
    ///   - dockerServices: where ports that containers publish are reached from here.
    ///   - itself: what answers for the agent.
    package init(client: DirectTransportClient, dockerServices: String, itself: AgentItself) {
        self.client = client
        self.dockerServices = dockerServices
        self.itself = itself
        offers = LocalOffers(client: client)
    }

    /// What is under way goes on where it is, but for raw bytes to what is not offered any more.
    /// - Throws: `TransportError` of kind `.invalidRequest` when a certificate of an offer can't be read.
    package func replace(with all: [LocalOffer]) throws {
        let known = engines.withLock { $0 }
        var made: [String: DockerServices] = [:]
        for offer in all where offer.offer.kind == .docker {
            let before = known[offer.offer.name].flatMap { $0.endpoint == offer.endpoint ? $0 : nil }
            made[offer.offer.name] =
                try before ?? DockerServices(engine: offer.endpoint, address: dockerServices, client: client)
        }
        try offers.replace(with: Dictionary(all.map { ($0.offer.name, $0.endpoint) }) { first, _ in first })
        engines.withLock { $0 = made }
        for (name, engine) in known where made[name] !== engine { engine.withdraw() }
    }

    package func transport(to authority: String) async throws -> any Transport {
        if authority == AgentProfile.authority { return itself }
        guard let (name, port) = Self.publishedPort(authority), let engine = engines.withLock({ $0[name] }) else {
            return try offers.transport(to: authority)
        }
        return try await engine.transport(to: port)
    }

    /// `docker:30001`
    private static func publishedPort(_ authority: String) -> (engine: String, port: Int)? {
        guard authority.utf8.contains(UInt8(ascii: ":")) else { return nil }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count <= 5,
            parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = Int(parts[1]), (1...65535).contains(port)
        else { return nil }
        return (String(parts[0]), port)
    }
}
