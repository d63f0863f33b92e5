import ControlPlane
import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// The services of projects.
enum ServiceRoutes {
    static func routes(_ plane: ControlPlane) -> [Route] {
        let services = plane.services
        return [
            .project(.get, "/projects/{project}/services", "listServices", .viewServices) { request, access in
                let query = try request.query(
                    "status", "mode", "connection", "category", "tag", "version", "q", "host", "agent", "drifted",
                    "sort",
                    "limit", "cursor", "total")
                return try .json(
                    try await services.listServices(
                        try filter(query), sort: try query.text("sort").map(ServiceSort.init) ?? .byName,
                        try query.page(), in: access))
            },
            .project(.post, "/projects/{project}/services", "createService", .editServices) { request, access in
                let service = try await services.createService(try await request.decode(), in: access)
                return try .created(service, at: "/api/v1/services/\(service.id)")
            },
            .project(.post, "/projects/{project}/services/check", "checkConnection", .editServices) {
                request, access in
                try .json(try await services.checkConnection(try await request.decode(), in: access))
            },
            .project(.post, "/projects/{project}/services/import", "importServices", .editServices) {
                request, access in
                let upload = try CSVUpload(request.request)
                return .importReport(try await plane.serviceImport.importServices(upload, in: access))
            },
            .project(.get, "/projects/{project}/services/export", "exportServices", .exportServices) {
                request, access in
                let query = try request.query(
                    "status", "mode", "connection", "category", "tag", "version", "q", "host", "agent", "drifted",
                    "id", "spreadsheet")
                let ids = query.all("id").map(Identifier<EdgeService>.init(rawValue:))
                return .csv(
                    services.exportServices(
                        try filter(query), ids: ids, spreadsheet: try query.flag("spreadsheet"), in: access))
            },
            .service(.get, "/services/{service}", "getService", .viewServices) { _, access in
                try .json(try await services.getService(in: access))
            },
            .service(.patch, "/services/{service}", "updateService", .editServices) { request, access in
                try .json(try await services.updateService(try await request.decode(), in: access))
            },
            .service(.delete, "/services/{service}", "deleteService", .editServices) { request, access in
                let query = try request.query("volumes", "force")
                let (volumes, force) = (try query.flag("volumes"), try query.flag("force"))
                guard try await plane.hostedServices.isHosted(access) else {
                    try await services.deleteService(in: access)
                    return .noContent
                }
                let batch = try await plane.hostedServices.deleteService(
                    withVolumes: volumes, force: force, in: access)
                return try .json(batch, status: .accepted, location: "/api/v1/batches/\(batch.id)")
            },
            .service(.post, "/services/{service}/tags", "changeServiceTags", .editServices) { request, access in
                try .json(try await services.changeServiceTags(try await request.decode(), in: access))
            },
            .service(.get, "/services/{service}/status", "getServiceStatus", .viewMonitoring) { _, access in
                try .json(try await plane.monitor.status(in: access))
            },
            .service(.post, "/services/{service}/probe", "probeService", .editServices) { _, access in
                try .json(try await plane.monitor.probe(in: access))
            },
        ]
    }

    private static func filter(_ query: QueryReader) throws -> ServiceFilter {
        ServiceFilter(
            status: try query.value("status"), mode: try query.value("mode"),
            connection: try query.value("connection"), category: try query.value("category"), tags: query.all("tag"),
            version: try query.text("version"), q: try query.text("q"),
            host: try query.text("host").map(Identifier.init(rawValue:)),
            agent: try query.text("agent").map(Identifier.init(rawValue:)),
            drifted: try query.text("drifted") == nil ? nil : query.flag("drifted"))
    }
}

extension Response {
    /// Streams the failures, of which there may be very many.
    fileprivate static func importReport(_ report: ImportReport) -> Response {
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: "{\"imported\":\(report.imported),\"failed\":["))
            for try await chunk in report.failures.chunks() { try await writer.write(chunk) }
            try await writer.write(ByteBuffer(string: "],\"failedTotal\":\(report.failures.count)}"))
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
    }

    fileprivate static func csv(_ export: ServiceExport) -> Response {
        let body = ResponseBody { writer in
            for try await text in export { try await writer.write(ByteBuffer(string: text)) }
            try await writer.finish(nil)
        }
        let fields: HTTPFields = [
            .contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"services.csv\"",
        ]
        return Response(status: .ok, headers: fields, body: body)
    }
}
