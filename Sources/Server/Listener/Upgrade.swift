package import HTTPTypes
package import Logging
package import NIOCore

/// A request that asks to leave HTTP/1.1 on its connection (RFC 9110, section 7.8).
package struct UpgradeRequest: Sendable {
    package let head: HTTPRequest
    /// Lower-case tokens of its `Upgrade` field.
    package let protocols: [String]
    package let remoteAddress: SocketAddress?
    package let isSecure: Bool
}

/// What becomes of the connection once the client was told 101. Exactly one of `use` and `abandoned` comes about, once.
package struct AcceptedUpgrade: Sendable {
    package enum Use: Sendable {
        /// Has the raw connection until it returns; the connection is closed then, and when the server stops.
        case run(@Sendable (NIOAsyncChannel<ByteBuffer, ByteBuffer>, Logger) async throws -> Void)
        /// Puts handlers of its own into the connection's pipeline, on its event loop, and is responsible for it from then
        /// on: no task waits for its end, of thousands that lie idle. A server that stops sends
        /// `ChannelShouldQuiesceEvent` down the pipeline.
        case takeOver(@Sendable (any Channel) throws -> Void)
    }

    /// The token that the 101 answers in `Upgrade`.
    package let protocolName: String
    /// Further fields of the 101.
    package let headerFields: HTTPFields
    package let use: Use
    /// The client was gone before it could be told: whatever was opened for it is to be closed.
    package let abandoned: @Sendable () async -> Void

    package init(
        protocolName: String, headerFields: HTTPFields = [:],
        run: @escaping @Sendable (NIOAsyncChannel<ByteBuffer, ByteBuffer>, Logger) async throws -> Void,
        abandoned: @escaping @Sendable () async -> Void = {}
    ) {
        self.protocolName = protocolName
        self.headerFields = headerFields
        use = .run(run)
        self.abandoned = abandoned
    }

    package init(protocolName: String, takeOver: @escaping @Sendable (any Channel) throws -> Void) {
        self.protocolName = protocolName
        headerFields = [:]
        use = .takeOver(takeOver)
        abandoned = {}
    }
}

/// Decides on requests that ask for an upgrade.
package protocol UpgradeResponder: Sendable {
    /// Called for the first request of a connection only; the task is cancelled when the client goes away.
    /// - Returns: `nil` when it is none of ours or is refused. The responder then answers the request like any other, as it
    ///   does when this throws.
    func upgrade(_ request: UpgradeRequest) async throws -> AcceptedUpgrade?
}
