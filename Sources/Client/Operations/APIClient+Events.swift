package import Fleet
import NIOHTTP1

extension APIClient {
    /// Watches a project until the stream ends, which is an error of kind `.brokenOff` or the server's own end.
    package func streamProjectEvents(in project: Identifier<Project>) async throws -> ProjectEventStream {
        try await streamEvents(APIRequest(.GET, "projects", project.rawValue, "events")) { try ProjectEvent($0) }
    }
}

/// The changes of a project as they happen; may be read once.
package typealias ProjectEventStream = ServerEventStream<ProjectEvent>

extension ProjectEvent {
    /// `nil` for kinds of events that only a newer control plane knows.
    init?(_ event: ServerSentEventParser.Event) throws {
        switch event.name {
        case "resync": self = .resync
        case "service":
            self = .service(try event.decoded())
        case "agent":
            self = .agent(try event.decoded())
        default: return nil
        }
    }
}
