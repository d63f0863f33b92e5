package import Fleet
import NIOHTTP1

extension APIClient {
    package func listServices(
        in project: Identifier<Project>, _ filter: ServiceFilter = ServiceFilter(), sort: ServiceSort = .byName,
        _ page: PageRequest = .largest
    ) async throws -> Page<EdgeService> {
        let query = filter.query + [("sort", sort.description)] + page.query
        return try await read(APIRequest(.GET, "projects", project.rawValue, "services", query: query))
    }

    package func createService(
        in project: Identifier<Project>, _ body: CreateServiceRequest
    ) async throws -> EdgeService {
        try await read(APIRequest(.POST, "projects", project.rawValue, "services").sending(body))
    }

    package func checkConnection(
        in project: Identifier<Project>, _ body: CreateServiceRequest
    ) async throws -> ConnectionCheck {
        try await read(APIRequest(.POST, "projects", project.rawValue, "services", "check").sending(body))
    }

    package func getService(_ id: Identifier<EdgeService>) async throws -> EdgeService {
        try await read(APIRequest(.GET, "services", id.rawValue))
    }

    package func updateService(
        _ id: Identifier<EdgeService>, _ body: UpdateServiceRequest
    ) async throws -> EdgeService {
        try await read(APIRequest(.PATCH, "services", id.rawValue).sending(body))
    }

    /// - Returns: the batch that removes a hosted service; `nil` when the service is gone already.
    @discardableResult
    package func deleteService(_ id: Identifier<EdgeService>) async throws -> Identifier<Batch>? {
        let (headers, _) = try await exchange(APIRequest(.DELETE, "services", id.rawValue))
        return headers.first(name: "Location").flatMap { $0.split(separator: "/").last }
            .map { Identifier(rawValue: String($0)) }
    }

    package func changeServiceTags(
        _ id: Identifier<EdgeService>, _ body: AssociateTagsRequest
    ) async throws -> EdgeService {
        try await read(APIRequest(.POST, "services", id.rawValue, "tags").sending(body))
    }

    package func getServiceStatus(_ id: Identifier<EdgeService>) async throws -> ServiceStatusReport {
        try await read(APIRequest(.GET, "services", id.rawValue, "status"))
    }

    package func probeService(_ id: Identifier<EdgeService>) async throws -> ServiceStatusReport {
        try await read(APIRequest(.POST, "services", id.rawValue, "probe"))
    }
}

extension ServiceFilter {
    var query: [(name: String, value: String)] {
        let single: [(name: String, value: String)] = .present([
            "status": status?.rawValue, "mode": mode?.rawValue, "connection": connection?.rawValue,
            "category": category?.rawValue, "version": version, "q": q,
            "host": host?.rawValue, "agent": agent?.rawValue, "drifted": drifted.map { "\($0)" },
        ])
        return single + tags.map { ("tag", $0) }
    }
}
