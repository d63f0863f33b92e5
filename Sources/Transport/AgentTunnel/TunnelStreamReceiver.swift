import NIOCore

/// Takes what comes of raw bytes, on the event loop.
protocol TunnelStreamReceiver: AnyObject {
    /// Whether it takes them now; once it does again, it asks for them with `deliver()`.
    var takesBytes: Bool { get }
    func received(_ bytes: ByteBuffer)
    /// No more for the moment.
    func receivedAll()
    /// The other end has said all it had to say.
    func receivedEnd()
    /// The exchange is over; nothing follows.
    func failed(_ error: any Error)
    /// Who has written more than the wire takes may go on.
    func mayWrite()
}
