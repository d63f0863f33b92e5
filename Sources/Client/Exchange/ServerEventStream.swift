import AsyncHTTPClient
import Foundation
import NIOCore

/// What a stream of server-sent events tells, as it happens; may be read once.
package struct ServerEventStream<Element: Sendable>: AsyncSequence, Sendable {
    let bytes: APIByteStream
    /// `nil` for kinds of events that only a newer control plane knows.
    let read: @Sendable (ServerSentEventParser.Event) throws -> Element?

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var bytes: APIByteStream.AsyncIterator
        fileprivate let read: @Sendable (ServerSentEventParser.Event) throws -> Element?
        private var parser = ServerSentEventParser()
        private var ready: [Element] = []

        fileprivate init(_ stream: ServerEventStream) {
            bytes = stream.bytes.makeAsyncIterator()
            read = stream.read
        }

        package mutating func next() async throws -> Element? {
            while ready.isEmpty {
                guard let chunk = try await bytes.next() else { return nil }
                // Reversed, so that the next one is the last one and taking it is cheap.
                ready = try parser.read(chunk.readableBytesView).compactMap(read).reversed()
            }
            return ready.popLast()
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}

extension APIClient {
    func streamEvents<Event: Sendable>(
        _ request: APIRequest, _ read: @escaping @Sendable (ServerSentEventParser.Event) throws -> Event?
    ) async throws -> ServerEventStream<Event> {
        var request = request
        request.accept = "text/event-stream"
        let response = try await stream(request, on: connections.prompt, timeout: connections.answerTimeout)
        return ServerEventStream(bytes: APIByteStream(body: response.body, server: address), read: read)
    }
}

extension ServerSentEventParser.Event {
    /// - Throws: `APIConnectionError` when the data is not what it should be.
    func decoded<Value: Decodable>() throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(data.utf8))
        } catch {
            throw APIConnectionError(.notUnderstood, "The server sent an event that can't be read.", cause: error)
        }
    }
}
