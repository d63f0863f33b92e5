import ControlPlane
import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// Overview, drivers, rules and live changes of projects.
enum MonitorRoutes {
    static func routes(_ monitor: Monitor) -> [Route] {
        [
            .project(.get, "/projects/{project}/overview", "getOverview", .viewMonitoring) { _, access in
                try .json(try await monitor.overview(in: access))
            },
            .project(.get, "/projects/{project}/drivers", "listDrivers", .viewMonitoring) { request, access in
                let query = try request.query("state", "direction", "limit", "cursor", "total")
                let filter = DriverFilter(
                    state: try query.valueOrAll("state"), direction: try query.value("direction"))
                return try .json(try await monitor.listDrivers(filter, try query.page(), in: access))
            },
            .project(.get, "/projects/{project}/rules", "listRules", .viewMonitoring) { request, access in
                let query = try request.query("state", "limit", "cursor", "total")
                return try .json(
                    try await monitor.listRules(
                        state: try query.valueOrAll("state"), try query.page(), in: access))
            },
            .project(.get, "/projects/{project}/events", "streamProjectEvents", .viewMonitoring) { _, access in
                .events(monitor.events(in: access))
            },
        ]
    }
}

extension Response {
    fileprivate static func events(_ events: AsyncStream<ProjectEvent>) -> Response {
        let body = ResponseBody { writer in
            // Whoever connects reads the state first; telling so also opens the stream at once.
            try await writer.write(ByteBuffer(string: text(.resync)))
            for await event in events { try await writer.write(ByteBuffer(string: text(event))) }
            try await writer.finish(nil)
        }
        let fields: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        return Response(status: .ok, headers: fields, body: body)
    }

    private static func text(_ event: ProjectEvent) -> String {
        switch event {
        case .ping: return ": ping\n\n"
        case .resync: return "event: resync\ndata: {}\n\n"
        case .service(let change): return text("service", change)
        case .agent(let change): return text("agent", change)
        }
    }

    private static func text(_ name: String, _ change: some Encodable) -> String {
        guard let json = try? JSONCoding.encode(change) else { return text(.resync) }
        return "event: \(name)\ndata: \(String(buffer: json))\n\n"
    }
}
