package import NIOCore

/// Stands in front of a `NIOHTTP2Handler` and hands it whole frames only.
///
/// The handler's decoder (nio-http2 1.46) appends to a buffer that it starts afresh only when a read ends exactly at a
/// frame's end. TLS records never do, so with wide windows the buffer doubles and is copied over and over: hundreds of
/// megabytes, and stalls of seconds.
package final class HTTP2FrameAligner: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer

    private static let prefaceLength = 24
    private static let headerLength = 9

    /// The beginning of a frame whose end has not come. The decoder limits frames and refuses longer ones, as soon as it
    /// has seen their first bytes.
    private var rest: ByteBuffer?
    private var isPrefaceSeen: Bool

    private let frameLimit: Int

    /// - Parameters:
    ///   - isServer: the peer is a client, and begins with HTTP/2's preface (RFC 9113, section 3.4).
    ///   - frameLimit: bytes of a frame's payload that the peer was allowed (RFC 9113, section 4.2).
    package init(isServer: Bool, frameLimit: Int = 16 << 10) {
        isPrefaceSeen = !isServer
        self.frameLimit = frameLimit
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if var beginning = rest {
            // The only one to hold it: or each piece of a long frame would have all of it copied.
            rest = nil
            beginning.writeImmutableBuffer(bytes)
            bytes = beginning
        }
        let length = wholeFrames(bytes)
        guard let frames = bytes.readSlice(length: length) else { return }
        if bytes.readableBytes > 0 {
            // A copy: a slice would keep the whole read alive.
            var beginning = context.channel.allocator.buffer(capacity: max(bytes.readableBytes, 32 << 10))
            beginning.writeImmutableBuffer(bytes)
            rest = beginning
        }
        if frames.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(frames)) }
    }

    /// How many of the bytes are whole frames. A frame that is longer than allowed counts as whole, for the decoder to
    /// refuse.
    private func wholeFrames(_ bytes: ByteBuffer) -> Int {
        let (start, available) = (bytes.readerIndex, bytes.readableBytes)
        var length = 0
        if !isPrefaceSeen {
            guard available >= Self.prefaceLength else { return 0 }
            isPrefaceSeen = true
            length = Self.prefaceLength
        }
        while available - length >= Self.headerLength,
            let high = bytes.getInteger(at: start + length, as: UInt8.self),
            let low = bytes.getInteger(at: start + length + 1, as: UInt16.self)
        {
            let payload = Int(high) << 16 + Int(low)
            guard payload <= frameLimit else { return available }
            guard available - length >= Self.headerLength + payload else { break }
            length += Self.headerLength + payload
        }
        return length
    }
}
