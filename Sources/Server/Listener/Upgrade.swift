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

/// What becomes of the connection once the client was told 101.
package struct AcceptedUpgrade: Sendable {
    /// The token that the 101 answers in `Upgrade`.
    package let protocolName: String
    /// Further fields of the 101.
    package let headerFields: HTTPFields
    /// Has the raw connection until it returns.
    package let run: @Sendable (NIOAsyncChannel<ByteBuffer, ByteBuffer>, Logger) async throws -> Void

    package init(
        protocolName: String, headerFields: HTTPFields,
        run: @escaping @Sendable (NIOAsyncChannel<ByteBuffer, ByteBuffer>, Logger) async throws -> Void
    ) {
        self.protocolName = protocolName
        self.headerFields = headerFields
        self.run = run
    }
}

/// Decides on requests that ask for an upgrade.
package protocol UpgradeResponder: Sendable {
    /// - Returns: `nil` when it is none of ours or is refused: the router then answers the request like any other.
    func upgrade(_ request: UpgradeRequest) async -> AcceptedUpgrade?
}
