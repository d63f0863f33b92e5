import AsyncHTTPClient
package import NIOCore

/// The bytes of an answer as they arrive; may be read once.
package struct APIByteStream: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    let body: HTTPClientResponse.Body
    let server: String

    package struct AsyncIterator: AsyncIteratorProtocol {
        var iterator: HTTPClientResponse.Body.AsyncIterator
        let server: String

        /// - Throws: `APIConnectionError` when the stream breaks off.
        package mutating func next() async throws -> ByteBuffer? {
            do {
                return try await iterator.next()
            } catch let error as HTTPClientError where error == .cancelled {
                throw CancellationError()
            } catch {
                throw APIConnectionError(translating: error, server: server)
            }
        }
    }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(iterator: body.makeAsyncIterator(), server: server)
    }
}

/// Bytes on their way up, counted as they are asked for.
struct CountedBytes<Source: AsyncSequence & Sendable>: AsyncSequence, Sendable where Source.Element == ByteBuffer {
    typealias Element = ByteBuffer

    let source: Source
    /// Told how many bytes went so far.
    let progress: @Sendable (Int64) -> Void

    struct AsyncIterator: AsyncIteratorProtocol {
        var iterator: Source.AsyncIterator
        let progress: @Sendable (Int64) -> Void
        var sent: Int64 = 0

        mutating func next() async throws -> ByteBuffer? {
            guard let chunk = try await iterator.next() else { return nil }
            sent += Int64(chunk.readableBytes)
            progress(sent)
            return chunk
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(iterator: source.makeAsyncIterator(), progress: progress)
    }
}
