package import Fleet
import NIOHTTP1

extension APIClient {
    package func listTags(
        in project: Identifier<Project>, matching q: String? = nil, _ page: PageRequest = .largest
    ) async throws -> Page<Tag> {
        try await read(APIRequest(.GET, "projects", project.rawValue, "tags", query: .present(["q": q]) + page.query))
    }

    package func createTag(in project: Identifier<Project>, _ body: TagRequest) async throws -> Tag {
        try await read(APIRequest(.POST, "projects", project.rawValue, "tags").sending(body))
    }

    package func renameTag(
        _ id: Identifier<Tag>, in project: Identifier<Project>, _ body: TagRequest
    ) async throws -> Tag {
        try await read(APIRequest(.PATCH, "projects", project.rawValue, "tags", id.rawValue).sending(body))
    }

    package func deleteTag(_ id: Identifier<Tag>, in project: Identifier<Project>) async throws {
        try await perform(APIRequest(.DELETE, "projects", project.rawValue, "tags", id.rawValue))
    }
}
