import Synchronization

/// What an agent lets the platform reach: names, and where each of them is. Nothing else is forwarded to.
package final class LocalOffers: TunnelTargets {
    package let carriesBytes = true
    private let transports: Mutex<[String: OfferTransport]>
    private let client: DirectTransportClient

    /// None yet.
    package init(client: DirectTransportClient) {
        self.client = client
        transports = Mutex([:])
    }

    /// - Throws: `TransportError` of kind `.invalidRequest` when a certificate of an endpoint can't be read.
    package init(_ offers: [String: RemoteEndpoint], client: DirectTransportClient) throws {
        self.client = client
        transports = Mutex(try Self.transports(offers, client))
    }

    /// What is under way goes on where it is, but for raw bytes to what is not offered any more.
    package func replace(with offers: [String: RemoteEndpoint]) throws {
        let made = try Self.transports(offers, client)
        let withdrawn = transports.withLock { transports in
            let old = transports
            transports = made.merging(old) { new, old in old.endpoint == new.endpoint ? old : new }
                .filter { made[$0.key] != nil }
            return old.filter { transports[$0.key]?.endpoint != $0.value.endpoint }
        }
        for transport in withdrawn.values { transport.withdraw() }
    }

    package func transport(to name: String) throws -> any Transport {
        guard let transport = transports.withLock({ $0[name] }) else {
            throw TransportError(.pathDown, "the agent does not offer “\(name.prefix(100))”")
        }
        return transport
    }

    private static func transports(
        _ offers: [String: RemoteEndpoint], _ client: DirectTransportClient
    ) throws -> [String: OfferTransport] {
        try offers.mapValues { try OfferTransport($0, client: client) }
    }
}
