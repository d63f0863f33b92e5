import DequeModule
import NIOCore
import NIOHTTP1

/// One request and what has come of its answer so far. Lives on the connection's event loop.
final class PeerExchange {
    /// Pieces of fewer bytes are put together, up to a whole of so many: each is a write for its reader.
    private static let small = 4 << 10
    private static let whole = 64 << 10

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
    /// Whether the last of them is a copy, to which more may be appended.
    private var hasOwnLast = false

    init(id: ExchangeID, request: OutgoingRequest, head: CheckedContinuation<AnswerBeginning, any Error>) {
        self.id = id
        self.request = request
        self.head = head
    }

    func received(_ part: HTTPClientResponsePart) {
        switch part {
        case .head(let head): answer = head
        case .body(let bytes): keep(bytes)
        case .end: isComplete = true
        }
    }

    private func keep(_ bytes: ByteBuffer) {
        bufferedBytes += bytes.readableBytes
        guard bytes.readableBytes < Self.small, let last = chunks.indices.last else {
            hasOwnLast = false
            return chunks.append(bytes)
        }
        if hasOwnLast, chunks[last].readableBytes + bytes.readableBytes <= Self.whole {
            chunks[last].writeImmutableBuffer(bytes)
        } else {
            chunks.append(ByteBuffer(buffer: bytes))
            hasOwnLast = true
        }
    }

    /// The next piece, when there is one.
    func takeChunk() -> ByteBuffer? {
        defer { if chunks.isEmpty { hasOwnLast = false } }
        guard let chunk = chunks.popFirst() else { return nil }
        bufferedBytes -= chunk.readableBytes
        return chunk
    }

    /// All that is there, in one piece.
    func takeAll() -> ByteBuffer {
        guard var whole = chunks.popFirst() else { return ByteBuffer() }
        while var chunk = chunks.popFirst() { whole.writeBuffer(&chunk) }
        bufferedBytes = 0
        return whole
    }
}
