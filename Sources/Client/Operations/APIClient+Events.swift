import AsyncHTTPClient
package import Fleet
import Foundation
import NIOCore
import NIOHTTP1

extension APIClient {
    /// Watches a project until the stream ends, which is an error of kind `.brokenOff` or the server's own end.
    package func streamProjectEvents(in project: Identifier<Project>) async throws -> ProjectEventStream {
        var request = APIRequest(.GET, "projects", project.rawValue, "events")
        request.accept = "text/event-stream"
        let response = try await stream(request, on: connections.prompt, timeout: connections.answerTimeout)
        return ProjectEventStream(bytes: APIByteStream(body: response.body, server: address))
    }
}

/// The changes of a project as they happen; may be read once.
package struct ProjectEventStream: AsyncSequence, Sendable {
    package typealias Element = ProjectEvent

    let bytes: APIByteStream

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var bytes: APIByteStream.AsyncIterator
        private var parser = ServerSentEventParser()
        private var ready: [ProjectEvent] = []

        fileprivate init(_ bytes: APIByteStream) { self.bytes = bytes.makeAsyncIterator() }

        package mutating func next() async throws -> ProjectEvent? {
            while ready.isEmpty {
                guard let chunk = try await bytes.next() else { return nil }
                // Reversed, so that the next one is the last one and taking it is cheap.
                ready = try parser.read(chunk.readableBytesView).compactMap(ProjectEvent.init).reversed()
            }
            return ready.popLast()
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(bytes) }
}

extension ProjectEvent {
    /// `nil` for kinds of events that only a newer control plane knows.
    init?(_ event: ServerSentEventParser.Event) throws {
        switch event.name {
        case "resync": self = .resync
        case "service":
            do {
                self = .service(try JSONDecoder().decode(ServiceChange.self, from: Data(event.data.utf8)))
            } catch {
                throw APIConnectionError(.notUnderstood, "The server sent an event that can't be read.", cause: error)
            }
        default: return nil
        }
    }
}
