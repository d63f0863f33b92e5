import ControlPlane
import Fleet
import Hummingbird
import HummingbirdCore

/// The audit log.
enum AuditRoutes {
    static func routes(_ audit: AuditLog) -> [Route] {
        [
            .anywhere(.get, "/audit", "listAudit", .viewAudit) { request, caller in
                let query = try request.query(
                    "type", "operation", "operator", "org", "project", "target", "result", "from", "until", "limit",
                    "cursor", "total")
                let filter = AuditFilter(
                    type: try query.text("type"), operation: try query.text("operation"),
                    operatorEmail: try query.text("operator"),
                    orgId: try query.text("org").map(Identifier.init(rawValue:)),
                    projectId: try query.text("project").map(Identifier.init(rawValue:)),
                    targetId: try query.text("target"), result: try query.value("result"),
                    from: try query.time("from"), until: try query.time("until"))
                return try .json(try await audit.listAudit(filter, try query.page(), caller))
            }
        ]
    }
}
