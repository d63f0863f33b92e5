import AsyncHTTPClient
import NIOCore

/// An answer's body as it arrives. What breaks it off is told in the transport's own words.
struct ResponseBodyStream: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let body: HTTPClientResponse.Body
    let peer: String
    /// Longest wait for a chunk once it was asked for: the time that the reader takes is not the peer's silence.
    let longestSilence: Duration?

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(chunks: Chunks(body), stream: self) }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let chunks: Chunks
        let stream: ResponseBodyStream

        mutating func next() async throws -> ByteBuffer? {
            do {
                guard let limit = stream.longestSilence else { return try await chunks.next() }
                return try await next(within: limit)
            } catch {
                throw ErrorTranslation(peer: stream.peer, isInBody: true).translate(error)
            }
        }

        /// The clock has to be able to end the wait, so the wait is a task of its own. Callers that need no limit don't
        /// pay for it.
        private func next(within limit: Duration) async throws -> ByteBuffer? {
            let (chunks, peer) = (chunks, stream.peer)
            return try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
                group.addTask { try await chunks.next() }
                group.addTask {
                    try await Task.sleep(for: limit)
                    throw TransportError(.timedOut, "\(peer) has sent nothing for \(limit.inSeconds)")
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        }
    }

    /// The client's iterator, to be advanced from a child task.
    ///
    /// `@unchecked`: the iterator above has one `next()` under way at a time, as the protocol demands of its callers,
    /// and `next()` doesn't return before the child task that used this has ended.
    fileprivate final class Chunks: @unchecked Sendable {
        private var iterator: HTTPClientResponse.Body.AsyncIterator

        init(_ body: HTTPClientResponse.Body) { iterator = body.makeAsyncIterator() }

        func next() async throws -> ByteBuffer? { try await iterator.next() }
    }
}
