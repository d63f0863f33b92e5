import ControlPlane
import Fleet
import Hummingbird
import HummingbirdCore

/// The tags of projects.
enum TagRoutes {
    static func routes(_ tags: TagCatalog) -> [Route] {
        [
            .project(.get, "/projects/{project}/tags", "listTags", .viewServices) { request, access in
                let query = try request.query("q", "limit", "cursor", "total")
                return try .json(try await tags.listTags(q: try query.text("q"), try query.page(), in: access))
            },
            .project(.post, "/projects/{project}/tags", "createTag", .editServices) { request, access in
                try .created(try await tags.createTag(try await request.decode(), in: access))
            },
            .project(.patch, "/projects/{project}/tags/{tag}", "renameTag", .editServices) { request, access in
                try .json(try await tags.renameTag(try request.id("tag"), try await request.decode(), in: access))
            },
            .project(.delete, "/projects/{project}/tags/{tag}", "deleteTag", .editServices) { request, access in
                try await tags.deleteTag(try request.id("tag"), in: access)
                return .noContent
            },
        ]
    }
}
