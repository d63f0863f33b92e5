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

    /// Bytes.
    private static let small = 4 << 10
    /// Bytes after which the decoder gets what there is. It copies everything into memory of its own, which stays as
    /// large as the largest of these, and in the processor's cache if they are not large.
    private static let piece = 16 << 10

    /// RFC 9113, section 6; what is beyond the last one is to be passed over.
    private static let windowUpdate: UInt8 = 8
    private static let lastKnownType: UInt8 = 9
    /// Far more than a tunnel has when it carries as much as it can.
    private static let idleFramesPerSecond = 50_000
    private var idleFrames = 0
    private var counted = NIODeadline.now()
    private var isFlooded = false
    /// There was a frame that is too long. What comes behind its beginning is nothing that could be understood.
    private var isRefused = false

    /// - Parameters:
    ///   - isServer: the peer is a client, and begins with HTTP/2's preface (RFC 9113, section 3.4).
    ///   - frameLimit: bytes of a frame's payload that the peer was allowed (RFC 9113, section 4.2).
    package init(isServer: Bool, frameLimit: Int = 16 << 10) {
        isPrefaceSeen = !isServer
        self.frameLimit = frameLimit
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if let whole = complete(with: &bytes) { context.fireChannelRead(wrapInboundOut(whole)) }
        while !isRefused {
            let length = wholeFrames(bytes)
            guard !isFlooded else { return context.close(promise: nil) }
            guard length > 0, let frames = bytes.readSlice(length: length) else { break }
            // A copy where it is small: what the decoder was given first it keeps, and TLS reads into 32 KiB.
            context.fireChannelRead(wrapInboundOut(length <= Self.small ? ByteBuffer(buffer: frames) : frames))
        }
        guard bytes.readableBytes > 0, !isRefused else { return }
        // A copy: a slice would keep the whole read alive.
        var beginning = context.channel.allocator.buffer(capacity: frameLength(bytes) ?? Self.small)
        beginning.writeImmutableBuffer(bytes)
        rest = beginning
    }

    /// Takes from the bytes what the frame that has begun still lacks, and no more: what lies whole in a read is not
    /// copied.
    /// - Returns: the frame, or what the decoder is to refuse; `nil` when there is none, or not all of it.
    private func complete(with bytes: inout ByteBuffer) -> ByteBuffer? {
        // The only one to hold it: or each piece of a long frame would have all of it copied.
        guard var beginning = rest else { return nil }
        rest = nil
        let start = isPrefaceSeen ? Self.headerLength : Self.prefaceLength
        take(start - beginning.readableBytes, from: &bytes, into: &beginning)
        if isPrefaceSeen, let length = frameLength(beginning) {
            take(length - beginning.readableBytes, from: &bytes, into: &beginning)
        }
        let length = wholeFrames(beginning)
        if length == 0 { rest = beginning }
        return length == 0 ? nil : beginning
    }

    private func take(_ count: Int, from bytes: inout ByteBuffer, into frame: inout ByteBuffer) {
        guard count > 0, let part = bytes.readSlice(length: min(count, bytes.readableBytes)) else { return }
        frame.writeImmutableBuffer(part)
    }

    /// With its header, no longer than it may be; `nil` before that is known.
    private func frameLength(_ bytes: ByteBuffer) -> Int? {
        guard bytes.readableBytes >= Self.headerLength, let length = payloadLength(bytes, bytes.readerIndex) else {
            return nil
        }
        return Self.headerLength + min(length, frameLimit)
    }

    private func payloadLength(_ bytes: ByteBuffer, _ index: Int) -> Int? {
        guard let high = bytes.getInteger(at: index, as: UInt8.self),
            let low = bytes.getInteger(at: index + 1, as: UInt16.self)
        else { return nil }
        return Int(high) << 16 + Int(low)
    }

    /// Notes frames that carry nothing: the library counts some kinds of them, and not these.
    private func count(_ type: UInt8) {
        guard type == Self.windowUpdate || type > Self.lastKnownType else { return }
        idleFrames += 1
        guard idleFrames >= Self.idleFramesPerSecond else { return }
        let now = NIODeadline.now()
        isFlooded = isFlooded || now - counted < .seconds(1)
        counted = now
        idleFrames = 0
    }

    /// How many of the bytes are whole frames, up to a piece. A frame that is longer than allowed counts as whole, for
    /// the decoder to refuse.
    private func wholeFrames(_ bytes: ByteBuffer) -> Int {
        let (start, available) = (bytes.readerIndex, bytes.readableBytes)
        var length = 0
        if !isPrefaceSeen {
            guard available >= Self.prefaceLength else { return 0 }
            isPrefaceSeen = true
            length = Self.prefaceLength
        }
        while length < Self.piece, available - length >= Self.headerLength,
            let payload = payloadLength(bytes, start + length)
        {
            guard payload <= frameLimit else {
                isRefused = true
                return available
            }
            guard available - length >= Self.headerLength + payload else { break }
            count(bytes.getInteger(at: start + length + 3, as: UInt8.self) ?? 0)
            length += Self.headerLength + payload
        }
        return length
    }
}
