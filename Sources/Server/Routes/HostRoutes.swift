import ControlPlane
import Fleet
import Hummingbird
import HummingbirdCore

/// The hosts of projects.
enum HostRoutes {
    static func routes(_ hosts: HostCatalog) -> [Route] {
        [
            .project(.get, "/projects/{project}/hosts", "listHosts", .viewServices) { request, access in
                let query = try request.query("q", "limit", "cursor", "total")
                return try .json(try await hosts.listHosts(q: try query.text("q"), try query.page(), in: access))
            },
            .project(.post, "/projects/{project}/hosts", "createHost", .editServices) { request, access in
                let host = try await hosts.createHost(try await request.decode(), in: access)
                return try .created(host, at: "/api/v1/hosts/\(host.id)")
            },
            .project(.post, "/projects/{project}/hosts/check", "checkNewHost", .editServices) { request, access in
                try .json(try await hosts.checkHost(try await request.decode(), in: access))
            },
            .host(.get, "/hosts/{host}", "getHost", .viewServices, of: hosts) { _, access in
                try .json(try await hosts.getHost(in: access))
            },
            .host(.patch, "/hosts/{host}", "updateHost", .editServices, of: hosts) { request, access in
                try .json(try await hosts.updateHost(try await request.decode(), in: access))
            },
            .host(.delete, "/hosts/{host}", "deleteHost", .editServices, of: hosts) { _, access in
                try await hosts.deleteHost(in: access)
                return .noContent
            },
            .host(.post, "/hosts/{host}/check", "checkHost", .editServices, of: hosts) { _, access in
                try .json(try await hosts.checkHost(in: access))
            },
        ]
    }
}
