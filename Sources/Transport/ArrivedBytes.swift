import DequeModule
import NIOCore

/// What has come, of an exchange, and was not taken yet.
struct ArrivedBytes {
    private var chunks: Deque<ByteBuffer> = []
    /// Whether the last of them is a copy, to which more may be appended.
    private var hasOwnLast = false
    private(set) var count = 0

    var isEmpty: Bool { chunks.isEmpty }

    mutating func append(_ bytes: ByteBuffer) {
        count += bytes.readableBytes
        chunks.append(bytes)
        hasOwnLast = false
    }

    /// What nobody waits for may lie here for long, and would keep all that came with it: so it is copied, and behind
    /// what lies here already, or frames of one byte would take a hundred each.
    mutating func append(_ bytes: ByteBuffer, isWaitedFor: Bool) {
        guard !isWaitedFor || !chunks.isEmpty else { return append(bytes) }
        count += bytes.readableBytes
        if let last = chunks.indices.last, hasOwnLast,
            chunks[last].readableBytes + bytes.readableBytes <= TunnelProtocol.frameLimit
        {
            chunks[last].writeImmutableBuffer(bytes)
        } else {
            chunks.append(ByteBuffer(buffer: bytes))
            hasOwnLast = true
        }
    }

    /// What is there, within bounds: a reader on another event loop would wait for each of them as long as it takes to
    /// pass it on.
    mutating func takeSome() -> [ByteBuffer] {
        var (taken, bytes) = ([ByteBuffer](), 0)
        while bytes < TunnelProtocol.bytesAhead, let chunk = takeNext() {
            taken.append(chunk)
            bytes += chunk.readableBytes
        }
        return taken
    }

    /// The next piece; small ones together, because each is a write for its reader.
    mutating func takeNext() -> ByteBuffer? {
        defer { if chunks.isEmpty { hasOwnLast = false } }
        guard var chunk = chunks.popFirst() else { return nil }
        while let next = chunks.first, chunk.readableBytes + next.readableBytes <= TunnelProtocol.frameLimit {
            chunk.writeImmutableBuffer(next)
            chunks.removeFirst()
        }
        count -= chunk.readableBytes
        return chunk
    }

    mutating func takeAll() -> ByteBuffer {
        hasOwnLast = false
        count = 0
        guard var whole = chunks.popFirst() else { return ByteBuffer() }
        while var chunk = chunks.popFirst() { whole.writeBuffer(&chunk) }
        return whole
    }

    mutating func drop() { self = ArrivedBytes() }
}
