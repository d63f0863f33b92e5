import NIOCore
import NIOHTTP1

/// Stands before the decoder of a kept connection and notices what a peer says behind the end of its answer: half a head
/// there would stay in the decoder, and be taken for the beginning of the next answer, which may be another client's.
///
/// The decoder does not tell how much of what it was given belongs to an answer, but it shows the body: before that, and at
/// the end of an answer that has none or comes in chunks, there is an empty line (RFC 9112, sections 6 and 7.1).
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

    /// Whether the last answer is known to be the last that was said.
    private(set) var isExact = true
    private var place = Place.unused
    /// What the decoder is being given.
    private var given: ByteBuffer?
    private var hasHead = false
    /// Bytes of the body in it.
    private var body = 0
    /// The last four bytes of what was given before.
    private var last: UInt32 = 0

    /// A request is about to be sent.
    func begin() {
        place = .within
        isExact = true
    }

    /// Nothing is to come until then.
    func lieIdle() { place = .behind }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard place != .behind else {
            isExact = false
            return context.close(promise: nil)
        }
        let bytes = unwrapInboundIn(data)
        (hasHead, body) = (false, 0)
        given = bytes
        context.fireChannelRead(data)
        given = nil
        last = ending(bytes, at: bytes.readableBytes)
    }

    /// What the decoder made of it.
    func decoded(_ part: HTTPClientResponsePart, of answer: HTTPResponseHead?) {
        switch part {
        case .head: hasHead = true
        case .body(let bytes): body += bytes.readableBytes
        case .end:
            place = .behind
            // Otherwise it ended with the connection.
            if let given { isExact = endsHere(given, answer) }
        }
    }

    private func endsHere(_ bytes: ByteBuffer, _ answer: HTTPResponseHead?) -> Bool {
        let before = bytes.readableBytes - body
        if hasHead ? ending(bytes, at: before) == Self.emptyLine : body > 0 && before == 0 { return true }
        return answer?.headers.contains(name: "transfer-encoding") == true
            && ending(bytes, at: bytes.readableBytes) == Self.emptyLine
    }

    /// The four bytes before that place.
    private func ending(_ bytes: ByteBuffer, at end: Int) -> UInt32 {
        if end >= 4 { return bytes.getInteger(at: bytes.readerIndex + end - 4) ?? 0 }
        return bytes.readableBytesView.prefix(end).reduce(last) { $0 << 8 | UInt32($1) }
    }
}
