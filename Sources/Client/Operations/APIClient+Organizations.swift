package import Fleet
import NIOHTTP1

extension APIClient {
    package func listOrganizations(_ page: PageRequest = .largest) async throws -> Page<Organization> {
        try await read(APIRequest(.GET, "orgs", query: page.query))
    }

    package func createOrganization(_ body: CreateTenantRequest) async throws -> Organization {
        try await read(APIRequest(.POST, "orgs").sending(body))
    }

    package func getOrganization(_ id: Identifier<Organization>) async throws -> Organization {
        try await read(APIRequest(.GET, "orgs", id.rawValue))
    }

    package func updateOrganization(
        _ id: Identifier<Organization>, _ body: UpdateTenantRequest
    ) async throws -> Organization {
        try await read(APIRequest(.PATCH, "orgs", id.rawValue).sending(body))
    }

    package func deleteOrganization(_ id: Identifier<Organization>) async throws {
        try await perform(APIRequest(.DELETE, "orgs", id.rawValue))
    }

    package func listOrganizationMembers(
        of id: Identifier<Organization>, _ page: PageRequest = .largest
    ) async throws -> Page<Member> {
        try await read(APIRequest(.GET, "orgs", id.rawValue, "members", query: page.query))
    }

    package func addOrganizationMember(
        to id: Identifier<Organization>, _ body: AddMemberRequest
    ) async throws -> Member {
        try await read(APIRequest(.POST, "orgs", id.rawValue, "members").sending(body))
    }

    package func removeOrganizationMember(_ user: Identifier<User>, from id: Identifier<Organization>) async throws {
        try await perform(APIRequest(.DELETE, "orgs", id.rawValue, "members", user.rawValue))
    }
}
