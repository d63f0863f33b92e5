import NIOCore

/// A request's body as the HTTP client wants it: with its concrete type known, and no faster than the connection takes
/// it.
struct RequestBodyStream: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    /// So much may be on its way to the connection's event loop: only there it is seen that the peer does not take it,
    /// and a fast source on another thread would fill memory meanwhile.
    private static let bytesAhead = 1 << 20

    let stream: AnyByteStream
    /// One of its loops has the connection; the client does not tell which.
    let group: any EventLoopGroup

    struct AsyncIterator: AsyncIteratorProtocol {
        var iterator: any AsyncIteratorProtocol<ByteBuffer, any Error>
        let group: any EventLoopGroup
        private var ahead = 0

        init(_ iterator: any AsyncIteratorProtocol<ByteBuffer, any Error>, group: any EventLoopGroup) {
            self.iterator = iterator
            self.group = group
        }

        mutating func next() async throws -> ByteBuffer? {
            if ahead >= RequestBodyStream.bytesAhead {
                ahead = 0
                let loops = group.makeIterator().map { $0.submit {} }
                try await EventLoopFuture.andAllComplete(loops, on: group.any()).get()
            }
            do {
                let chunk = try await iterator.next(isolation: nil)
                ahead += chunk?.readableBytes ?? 0
                return chunk
            } catch {
                throw RequestBodyError(reason: error)
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream.makeAsyncIterator(), group: group) }
}
