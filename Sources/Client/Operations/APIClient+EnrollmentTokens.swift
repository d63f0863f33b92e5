package import Fleet
import NIOHTTP1

extension APIClient {
    /// The newest first.
    package func listEnrollmentTokens(
        in project: Identifier<Project>, _ page: PageRequest = .largest
    ) async throws -> Page<EnrollmentToken> {
        try await read(APIRequest(.GET, "projects", project.rawValue, "enrollment-tokens", query: page.query))
    }

    package func createEnrollmentToken(
        in project: Identifier<Project>, _ body: CreateEnrollmentTokenRequest
    ) async throws -> CreatedEnrollmentToken {
        try await read(APIRequest(.POST, "projects", project.rawValue, "enrollment-tokens").sending(body))
    }

    package func revokeEnrollmentToken(
        _ id: Identifier<EnrollmentToken>, in project: Identifier<Project>
    ) async throws {
        try await perform(APIRequest(.DELETE, "projects", project.rawValue, "enrollment-tokens", id.rawValue))
    }
}
