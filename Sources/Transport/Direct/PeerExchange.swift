import DequeModule
import NIOCore
import NIOHTTP1

/// One request and what has come of its answer so far. Lives on the connection's event loop.
struct PeerExchange {
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
    private(set) var bufferedBytes = 0
    /// Set with the first failure; later ones are only its consequences.
    var failure: (any Error)?
    private var chunks: Deque<ByteBuffer> = []

    init(id: ExchangeID, request: OutgoingRequest, head: CheckedContinuation<AnswerBeginning, any Error>) {
        self.id = id
        self.request = request
        self.head = head
    }

    mutating func received(_ part: HTTPClientResponsePart) {
        switch part {
        case .head(let head): answer = head
        case .body(let bytes):
            chunks.append(bytes)
            bufferedBytes += bytes.readableBytes
        case .end: isComplete = true
        }
    }

    /// The next piece, when there is one.
    mutating func takeChunk() -> ByteBuffer? {
        guard let chunk = chunks.popFirst() else { return nil }
        bufferedBytes -= chunk.readableBytes
        return chunk
    }

    /// All that is there, in one piece.
    mutating func takeAll() -> ByteBuffer {
        guard var whole = chunks.popFirst() else { return ByteBuffer() }
        while var chunk = chunks.popFirst() { whole.writeBuffer(&chunk) }
        bufferedBytes = 0
        return whole
    }
}
