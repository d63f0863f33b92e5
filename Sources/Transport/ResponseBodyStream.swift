import AsyncHTTPClient
import NIOCore

/// An answer's body as it arrives. What breaks it off is told in the transport's own words.
struct ResponseBodyStream: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let body: HTTPClientResponse.Body
    let peer: String

    struct AsyncIterator: AsyncIteratorProtocol {
        var iterator: HTTPClientResponse.Body.AsyncIterator
        let peer: String

        mutating func next() async throws -> ByteBuffer? {
            do {
                return try await iterator.next()
            } catch {
                throw ErrorTranslation(peer: peer, isInBody: true).translate(error)
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(iterator: body.makeAsyncIterator(), peer: peer) }
}
