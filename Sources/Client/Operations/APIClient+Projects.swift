package import Fleet
import NIOHTTP1

extension APIClient {
    package func listProjects(_ page: PageRequest = .largest) async throws -> Page<Project> {
        try await read(APIRequest(.GET, "projects", query: page.query))
    }

    package func listOrganizationProjects(
        of id: Identifier<Organization>, _ page: PageRequest = .largest
    ) async throws -> Page<Project> {
        try await read(APIRequest(.GET, "orgs", id.rawValue, "projects", query: page.query))
    }

    package func createProject(in id: Identifier<Organization>, _ body: CreateTenantRequest) async throws -> Project {
        try await read(APIRequest(.POST, "orgs", id.rawValue, "projects").sending(body))
    }

    package func getProject(_ id: Identifier<Project>) async throws -> Project {
        try await read(APIRequest(.GET, "projects", id.rawValue))
    }

    package func updateProject(_ id: Identifier<Project>, _ body: UpdateTenantRequest) async throws -> Project {
        try await read(APIRequest(.PATCH, "projects", id.rawValue).sending(body))
    }

    package func deleteProject(_ id: Identifier<Project>) async throws {
        try await perform(APIRequest(.DELETE, "projects", id.rawValue))
    }

    package func listProjectMembers(
        of id: Identifier<Project>, _ page: PageRequest = .largest
    ) async throws -> Page<Member> {
        try await read(APIRequest(.GET, "projects", id.rawValue, "members", query: page.query))
    }

    package func addProjectMember(to id: Identifier<Project>, _ body: AddMemberRequest) async throws -> Member {
        try await read(APIRequest(.POST, "projects", id.rawValue, "members").sending(body))
    }

    package func setProjectMember(
        _ user: Identifier<User>, in id: Identifier<Project>, _ body: GrantRequest
    ) async throws -> Member {
        try await read(APIRequest(.PUT, "projects", id.rawValue, "members", user.rawValue).sending(body))
    }

    package func removeProjectMember(_ user: Identifier<User>, from id: Identifier<Project>) async throws {
        try await perform(APIRequest(.DELETE, "projects", id.rawValue, "members", user.rawValue))
    }

    package func getOverview(of id: Identifier<Project>) async throws -> Overview {
        try await read(APIRequest(.GET, "projects", id.rawValue, "overview"))
    }
}
