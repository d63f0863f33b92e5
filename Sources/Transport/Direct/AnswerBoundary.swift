import NIOCore
import NIOHTTP1

/// Stands before the decoder of a kept connection and notices what a peer says behind the end of its answer: half a head
/// there would stay in the decoder, and be taken for the beginning of the next answer, which may be another client's.
///
/// The decoder does not tell how much of what it was given belongs to an answer, but it shows the body. A head ends with its
/// first empty line, and so do chunks with theirs (RFC 9112, sections 2.1 and 7.1); a whole answer behind it the decoder
/// finds by itself. In doubt, as when an interim answer came along, the connection is not kept.
final class AnswerBoundary: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private enum Place {
        /// Nothing has been asked yet.
        case unused
        case within
        /// Nothing more is expected until the next request.
        case behind
    }

    private static let emptyLine: UInt32 = 0x0D0A_0D0A

    /// Called when something comes that nobody asked for.
    var whenUnasked: (() -> Void)?
    /// Whether the last answer is known to be the last that was said.
    private(set) var isExact = true
    private var place = Place.unused
    /// Of the answer's body.
    private(set) var coding = TransferCoding.none
    /// What the decoder is being given, whether the answer's head ends in it, and the bytes of the body in it.
    private var given: ByteBuffer?
    private var hasHead = false
    private var body = 0
    /// The last four bytes of the answer that were given before.
    private var last: UInt32 = 0

    /// A request is about to be sent.
    func begin() {
        place = .within
        (isExact, coding, last) = (true, .none, 0)
    }

    /// Nothing is to come until then.
    func lieIdle() { place = .behind }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard place != .behind else { return whenUnasked?() ?? () }
        let bytes = unwrapInboundIn(data)
        (hasHead, body) = (false, 0)
        given = bytes
        context.fireChannelRead(data)
        given = nil
        if place == .within { last = ending(bytes) }
    }

    /// What the decoder made of it.
    func decoded(_ part: HTTPClientResponsePart) {
        switch part {
        case .head(let head):
            hasHead = true
            coding = head.headers.transferCoding
        case .body(let bytes): body += bytes.readableBytes
        case .end:
            place = .behind
            // Otherwise it ended with the connection.
            if let given { isExact = endsHere(given) }
        }
    }

    private func endsHere(_ bytes: ByteBuffer) -> Bool {
        if coding == .chunks { return ending(bytes) == Self.emptyLine }
        let rest = bytes.readableBytes - body
        return hasHead ? headLength(bytes) == rest : rest == 0
    }

    private func ending(_ bytes: ByteBuffer) -> UInt32 {
        let count = bytes.readableBytes
        if count >= 4 { return bytes.getInteger(at: bytes.readerIndex + count - 4) ?? 0 }
        return bytes.readableBytesView.reduce(last) { $0 << 8 | UInt32($1) }
    }

    /// How much of it is before the body.
    private func headLength(_ bytes: ByteBuffer) -> Int? {
        bytes.withUnsafeReadableBytes { bytes in
            var ending = last
            for (index, byte) in bytes.enumerated() {
                ending = ending << 8 | UInt32(byte)
                if ending == Self.emptyLine { return index + 1 }
            }
            return nil
        }
    }
}
