import AsyncHTTPClient
package import NIOCore

/// The connections to everything that is reached directly, shared and kept open between requests.
///
/// It lives as long as the program: `shutdown()` ends what is under way and closes every connection. An answer's head
/// may have 256 fields of 80 KiB each and 2 MiB in all (the limits of NIO's decoder); a larger one is an invalid
/// response.
package final class DirectTransportClient: Sendable {
    let client: HTTPClient
    let group: any EventLoopGroup
    /// Longest wait for a connection, name look-up and TLS included, where the request itself allows longer.
    let connectTimeout: Duration

    /// - Parameters:
    ///   - group: the event loops; not shut down here.
    ///   - idleConnectionLifetime: how long an unused connection stays open. Longer than the probe interval, so that
    ///     each probe finds the last one's connection.
    ///   - connectionsPerPeer: beyond it requests queue, and after `connectTimeout` in the queue they fail even though
    ///     the peer could have answered: so it is far above what a healthy peer needs.
    package init(
        group: any EventLoopGroup = HTTPClient.defaultEventLoopGroup, idleConnectionLifetime: Duration = .seconds(60),
        connectTimeout: Duration = .seconds(10), connectionsPerPeer: Int = 1000
    ) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = TimeAmount(connectTimeout)
        configuration.connectionPool.idleTimeout = TimeAmount(idleConnectionLifetime)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connectionsPerPeer
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.http1_1ConnectionDebugInitializer = { SilenceHandler.add(to: $0) }
        self.group = group
        self.connectTimeout = connectTimeout
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    package func shutdown() async throws { try await client.shutdown() }
}

extension TimeAmount {
    var inSeconds: String { Duration.nanoseconds(nanoseconds).inSeconds }
}

extension Duration {
    /// The time as an error message says it.
    var inSeconds: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        let rest = milliseconds % 1000
        guard rest != 0 else { return "\(milliseconds / 1000) s" }
        return milliseconds < 1000 ? "\(milliseconds) ms" : "\(Double(milliseconds) / 1000) s"
    }
}
