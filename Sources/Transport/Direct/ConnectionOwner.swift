import NIOCore

/// Whose a connection is between its exchanges.
protocol ConnectionOwner: AnyObject, Sendable {
    /// What messages call the other end.
    var peer: ErrorTranslation.Peer { get }
    /// How long an unused connection stays open.
    var idleLifetime: TimeAmount { get }
    /// Whether it has closed its connections itself.
    var isShutDown: Bool { get }

    /// On the connection's event loop, after an exchange.
    /// - Returns: whether it is kept.
    func giveBack(_ connection: PooledConnection) -> Bool

    /// The same, but the peer does not want another one on it, or has closed it already.
    /// - Parameter exchanges: how many it has carried.
    /// - Returns: whether it is closed at once, or when the peer has closed it.
    func isNotKept(_ connection: PooledConnection, after exchanges: Int) -> Bool

    /// One is closed because of what the peer has said on it.
    func isSpoilt()

    /// - Returns: false when somebody has just taken it.
    func withdraw(_ connection: PooledConnection) -> Bool
}
