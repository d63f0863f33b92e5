import NIOCore

/// A place to which bytes may go unseen: whatever is asked of it lies within what is offered.
protocol ByteCarrier: Transport {
    /// How it names itself in its answers, as in `http://127.0.0.1:8085`; `nil` where each request has to be looked at.
    var origin: String? { get }

    /// Opens a connection of its own, TLS included.
    /// - Parameter splice: joins it to the tunnel.
    /// - Returns: the connection once it can be spoken on, on its event loop.
    /// - Throws: `TransportError`; `CancellationError`.
    func open(on loop: any EventLoop, within timeout: Duration, _ splice: NIOLoopBound<ByteSplice>) async throws
        -> any Channel
}
