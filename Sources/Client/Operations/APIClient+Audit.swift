package import Fleet
import NIOHTTP1

extension APIClient {
    package func listAudit(
        _ filter: AuditFilter = AuditFilter(), _ page: PageRequest = .largest
    ) async throws -> Page<AuditEntry> {
        try await read(APIRequest(.GET, "audit", query: filter.query + page.query))
    }
}

extension AuditFilter {
    var query: [(name: String, value: String)] {
        .present([
            "type": type, "operation": operation, "operator": operatorEmail, "org": orgId?.rawValue,
            "project": projectId?.rawValue, "target": targetId, "result": result?.rawValue,
            "from": from?.description, "until": until?.description,
        ])
    }
}
