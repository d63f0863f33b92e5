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

/// Opens tunnels: at the end that dials.
package struct TunnelDialer: Sendable {
    private static let bodyLimit = 16 << 10

    private let platform: RemoteEndpoint
    private let client: DirectTransportClient

    /// - Parameter platform: where it listens, with the base path of its API's host, if it has one.
    package init(platform: RemoteEndpoint, client: DirectTransportClient) {
        self.platform = platform
        self.client = client
    }

    /// Opens one tunnel that is served at this end, by itself, until it is closed.
    /// - Parameters:
    ///   - target: path of the platform's acceptor.
    ///   - proof: who is dialling; goes out as a bearer token (RFC 6750).
    /// - Throws: `DialRefusal`; `TransportError`; `CancellationError`.
    package func serve(
        _ targets: any TunnelTargets, at target: String, proof: String,
        keepalive: TunnelProtocol.Keepalive = .agent, timeout: Duration = .seconds(20)
    ) async throws -> TunnelServer {
        try await dial(target, proof, TunnelProtocol.upgradeToken, timeout) {
            try TunnelServer(on: $0, targets: targets, keepalive: keepalive)
        }
    }

    /// Opens one tunnel in which this end asks.
    /// - Throws: as `serve`.
    package func ask(
        at target: String, proof: String, keepalive: TunnelProtocol.Keepalive = .platform,
        timeout: Duration = .seconds(5)
    ) async throws -> TunnelClient {
        try await dial(target, proof, TunnelProtocol.peerToken, timeout) {
            try TunnelClient(on: $0, keepalive: keepalive, tolerance: .ofAsker)
        }
    }

    private func dial<End: Sendable>(
        _ target: String, _ proof: String, _ token: String, _ timeout: Duration,
        _ begin: @escaping @Sendable (any Channel) throws -> End
    ) async throws -> End {
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: platform.basePath + target,
            headers: [
                "Host": platform.authority, "Connection": "Upgrade", "Upgrade": token,
                "Authorization": "Bearer \(proof)",
            ])
        do {
            let tls = try await client.connections(to: platform, .requests).tlsContext()
            let connection = UpgradeConnection(
                endpoint: platform, tls: tls, targets: client.targets, group: client.group)
            return try await connection.ask(
                head, within: timeout,
                UpgradeOutcome(
                    accepted: { _, channel in try begin(channel) },
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
