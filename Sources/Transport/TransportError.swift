/// Why an exchange with a remote peer did not come about, or broke off.
package struct TransportError: Error, CustomStringConvertible {
    package enum Kind: String, Sendable {
        /// The host's name has no address.
        case unknownHost
        /// Nothing listens there, or a firewall says no.
        case connectionRefused
        /// No route, network down, agent not connected: the path failed, so nothing is known of the peer.
        case pathDown
        /// No connection, or no response head, within the request's time limit.
        case timedOut
        /// The TLS handshake failed: certificate not trusted, wrong name, no common version.
        case tlsFailed
        /// The peer closed the connection before its answer was complete.
        case connectionClosed
        /// What came back is not HTTP, or breaks its rules.
        case invalidResponse
        /// The peer sent more than the caller was ready to take.
        case bodyTooLarge
        /// The request can't be expressed (bad target, unsupported scheme).
        case invalidRequest
    }

    package let kind: Kind
    /// A sentence fragment for a person: "connection refused by 10.0.0.7:7000".
    package let message: String
    package let cause: (any Error)?

    package init(_ kind: Kind, _ message: String, cause: (any Error)? = nil) {
        self.kind = kind
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
