import HTTPTypes
package import NIOCore
import NIOHTTP1

/// The platform did not take a tunnel.
package struct DialRefusal: Error {
    package let status: Int
    /// How long the platform wants to be left alone; `nil` when it does not say.
    package let retryAfter: Duration?
    /// Its answer's body, at most 16 KiB: a problem (RFC 9457) mostly.
    package let body: ByteBuffer
}

/// Opens tunnels from the agent's side.
package struct TunnelDialer: Sendable {
    private static let bodyLimit = 16 << 10

    private let platform: RemoteEndpoint
    private let offers: LocalOffers
    private let client: DirectTransportClient
    private let keepalive: TunnelProtocol.Keepalive

    /// - Parameter platform: where it listens, with the base path of its API's host, if it has one.
    package init(
        platform: RemoteEndpoint, offers: LocalOffers, client: DirectTransportClient,
        keepalive: TunnelProtocol.Keepalive = .agent
    ) {
        self.platform = platform
        self.offers = offers
        self.client = client
        self.keepalive = keepalive
    }

    /// Opens one tunnel, which serves by itself until it is closed.
    /// - Parameters:
    ///   - target: path of the platform's acceptor.
    ///   - proof: who the agent is; goes out as a bearer token (RFC 6750).
    /// - Throws: `DialRefusal`; `TransportError`; `CancellationError`.
    package func dial(_ target: String, proof: String, timeout: Duration = .seconds(20)) async throws -> TunnelServer {
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: platform.basePath + target,
            headers: [
                "Host": platform.authority, "Connection": "Upgrade", "Upgrade": TunnelProtocol.upgradeToken,
                "Authorization": "Bearer \(proof)",
            ])
        do {
            let tls = try await client.connections(to: platform, .requests).tlsContext()
            let connection = UpgradeConnection(
                endpoint: platform, tls: tls, targets: client.targets, group: client.group)
            let (offers, keepalive) = (offers, keepalive)
            return try await connection.ask(
                head, within: timeout,
                UpgradeOutcome(
                    accepted: { _, channel in try TunnelServer(on: channel, offers: offers, keepalive: keepalive) },
                    refused: { response, body in
                        throw DialRefusal(
                            status: response.status.code,
                            retryAfter: response.headerFields[.retryAfter].flatMap { Int64($0) }.map {
                                .seconds(max(0, $0))
                            }, body: body)
                    }, refusalLimit: Self.bodyLimit))
        } catch let refusal as DialRefusal {
            throw refusal
        } catch {
            throw ErrorTranslation(peer: platform.peer, timeout: timeout, connectTimeout: timeout).translate(error)
        }
    }
}
