package import Fleet
import NIOHTTP1

extension APIClient {
    package func listHosts(
        in project: Identifier<Project>, matching q: String? = nil, _ page: PageRequest = .largest
    ) async throws -> Page<EdgeHost> {
        let query: [(name: String, value: String)] = .present(["q": q])
        return try await read(APIRequest(.GET, "projects", project.rawValue, "hosts", query: query + page.query))
    }

    package func createHost(in project: Identifier<Project>, _ body: CreateHostRequest) async throws -> EdgeHost {
        try await read(APIRequest(.POST, "projects", project.rawValue, "hosts").sending(body))
    }

    /// Asks a host that is not registered; nothing is saved.
    package func checkNewHost(in project: Identifier<Project>, _ body: CreateHostRequest) async throws -> HostCheck {
        try await read(APIRequest(.POST, "projects", project.rawValue, "hosts", "check").sending(body))
    }

    package func getHost(_ id: Identifier<EdgeHost>) async throws -> EdgeHost {
        try await read(APIRequest(.GET, "hosts", id.rawValue))
    }

    package func updateHost(_ id: Identifier<EdgeHost>, _ body: UpdateHostRequest) async throws -> EdgeHost {
        try await read(APIRequest(.PATCH, "hosts", id.rawValue).sending(body))
    }

    package func deleteHost(_ id: Identifier<EdgeHost>) async throws {
        try await perform(APIRequest(.DELETE, "hosts", id.rawValue))
    }

    package func checkHost(_ id: Identifier<EdgeHost>) async throws -> HostCheck {
        try await read(APIRequest(.POST, "hosts", id.rawValue, "check"))
    }
}
