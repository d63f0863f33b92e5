import NIOCore
import NIOHTTP1

/// One request and what has come of its answer so far. Lives on the connection's event loop.
final class PeerExchange {
    /// A piece of so many bytes is most of what it came in, and may keep that.
    private static let large = 8 << 10

    let id: ExchangeID
    let request: OutgoingRequest
    /// Who waits for the answer's head; `nil` once it was told.
    var head: CheckedContinuation<AnswerBeginning, any Error>?
    /// Who waits for more of the body.
    var reader: CheckedContinuation<ByteBuffer?, any Error>?
    /// Sends a body that streams.
    var upload: Task<Void, Never>?
    var hasSentAll = false

    private(set) var answer: HTTPResponseHead?
    private(set) var isComplete = false
    /// Set with the first failure; later ones are only its consequences.
    var failure: (any Error)?
    /// Of the answer's body.
    var body = ArrivedBytes()

    init(id: ExchangeID, request: OutgoingRequest, head: CheckedContinuation<AnswerBeginning, any Error>) {
        self.id = id
        self.request = request
        self.head = head
    }

    func received(_ part: HTTPClientResponsePart) {
        switch part {
        case .head(let head): answer = head
        case .body(let bytes) where bytes.readableBytes >= Self.large: body.append(bytes)
        case .body(let bytes): body.append(bytes, isWaitedFor: head != nil || reader != nil)
        case .end: isComplete = true
        }
    }
}
