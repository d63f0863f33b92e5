import ControlPlane
import Fleet
import HTTPTypes
import Hosting
import Hummingbird
import HummingbirdCore
import NIOCore

/// The containers of hosted services.
enum HostedServiceRoutes {
    private static let standardTail = 200

    static func routes(_ hosted: HostedServices) -> [Route] {
        [
            .service(.get, "/services/{service}/workload", "getWorkload", .viewServices) { _, access in
                try .json(try await hosted.getWorkload(in: access))
            },
            .service(.get, "/services/{service}/container", "inspectContainer", .viewServices) { _, access in
                try .json(try await hosted.inspectContainer(in: access))
            },
            .service(.get, "/services/{service}/logs", "streamServiceLogs", .viewMonitoring) { request, access in
                let query = try request.query("tail", "follow")
                var tail = standardTail
                if let text = try query.text("tail") {
                    guard let number = Int(text) else { throw EdgewrightError.invalid("tail", "must be a number") }
                    tail = number
                }
                return .log(try await hosted.logs(tail: tail, follow: try query.flag("follow"), in: access))
            },
        ]
    }
}

extension Response {
    /// A line each, as they come.
    fileprivate static func log(_ lines: AsyncThrowingStream<WorkloadLogLine, any Error>) -> Response {
        let body = ResponseBody { writer in
            for try await line in lines {
                try await writer.write(ByteBuffer(string: "\(line.time) \(line.source.rawValue) \(line.text)\n"))
            }
            try await writer.finish(nil)
        }
        let fields: HTTPFields = [
            .contentType: "text/plain; charset=utf-8", .cacheControl: "no-store", .contentTypeOptions: "nosniff",
        ]
        return Response(status: .ok, headers: fields, body: body)
    }
}

extension HTTPField.Name {
    fileprivate static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options") ?? .contentType
}
