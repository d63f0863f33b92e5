import NIOCore

/// A body that came along with its head.
struct ReceivedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let bytes: ByteBuffer

    struct AsyncIterator: AsyncIteratorProtocol {
        var rest: ByteBuffer?

        mutating func next() async throws -> ByteBuffer? {
            defer { rest = nil }
            return rest
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(rest: bytes.readableBytes > 0 ? bytes : nil)
    }
}

/// A body that is still on its way; the reader's pace is the peer's. What breaks it off is told in the transport's own
/// words.
struct ArrivingBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let reader: any BodyReader

    struct AsyncIterator: AsyncIteratorProtocol {
        let reader: any BodyReader

        mutating func next() async throws -> ByteBuffer? { try await reader.next() }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(reader: reader) }
}

/// Where the pieces of a body come from. It ends the exchange when nobody holds it any more.
protocol BodyReader: AnyObject, Sendable {
    /// - Returns: `nil` at the end.
    func next() async throws -> ByteBuffer?
    /// From any thread: whoever reads gets a `CancellationError`.
    func cancel()
}
