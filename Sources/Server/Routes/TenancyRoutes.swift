import ControlPlane
import Fleet
import Hummingbird
import HummingbirdCore

/// Organizations, projects and their members.
enum TenancyRoutes {
    static func routes(_ tenancy: Tenancy) -> [Route] { organizations(tenancy) + projects(tenancy) }

    private static func organizations(_ tenancy: Tenancy) -> [Route] {
        [
            .signedIn(.get, "/orgs", "listOrganizations") { request, caller in
                let query = try request.query("limit", "cursor", "total")
                return try .json(try await tenancy.listOrganizations(caller, try query.page()))
            },
            .platform(.post, "/orgs", "createOrganization", .createOrganizations) { request, access in
                let made = try await tenancy.createOrganization(try await request.decode(), in: access)
                return try .created(made, at: "/api/v1/orgs/\(made.id)")
            },
            .organization(.get, "/orgs/{org}", "getOrganization", .viewOrganization) { _, access in
                try .json(try await tenancy.getOrganization(in: access))
            },
            .organization(.patch, "/orgs/{org}", "updateOrganization", .editOrganization) { request, access in
                try .json(try await tenancy.updateOrganization(try await request.decode(), in: access))
            },
            .organization(.delete, "/orgs/{org}", "deleteOrganization", .createOrganizations) { _, access in
                try await tenancy.deleteOrganization(in: access)
                return .noContent
            },
            .organization(.get, "/orgs/{org}/members", "listOrganizationMembers", .viewOrganizationMembers) {
                request, access in
                let query = try request.query("limit", "cursor", "total")
                return try .json(try await tenancy.listOrganizationMembers(in: access, try query.page()))
            },
            .organization(.post, "/orgs/{org}/members", "addOrganizationMember", .editOrganizationMembers) {
                request, access in
                try .created(try await tenancy.addOrganizationMember(try await request.decode(), in: access))
            },
            .organization(
                .delete, "/orgs/{org}/members/{user}", "removeOrganizationMember", .editOrganizationMembers
            ) { request, access in
                try await tenancy.removeOrganizationMember(try request.id("user"), in: access)
                return .noContent
            },
            .organization(.get, "/orgs/{org}/projects", "listOrganizationProjects", .viewOrganization) {
                request, access in
                let query = try request.query("limit", "cursor", "total")
                return try .json(try await tenancy.listOrganizationProjects(in: access, try query.page()))
            },
            .organization(.post, "/orgs/{org}/projects", "createProject", .createProjects) { request, access in
                let made = try await tenancy.createProject(try await request.decode(), in: access)
                return try .created(made, at: "/api/v1/projects/\(made.id)")
            },
        ]
    }

    private static func projects(_ tenancy: Tenancy) -> [Route] {
        [
            .signedIn(.get, "/projects", "listProjects") { request, caller in
                let query = try request.query("limit", "cursor", "total")
                return try .json(try await tenancy.listProjects(caller, try query.page()))
            },
            .project(.get, "/projects/{project}", "getProject", .viewProject) { _, access in
                try .json(try await tenancy.getProject(in: access))
            },
            .project(.patch, "/projects/{project}", "updateProject", .editProject) { request, access in
                try .json(try await tenancy.updateProject(try await request.decode(), in: access))
            },
            .project(.delete, "/projects/{project}", "deleteProject", .createProjects) { _, access in
                try await tenancy.deleteProject(in: access)
                return .noContent
            },
            .project(.get, "/projects/{project}/members", "listProjectMembers", .viewProjectMembers) {
                request, access in
                let query = try request.query("limit", "cursor", "total")
                return try .json(try await tenancy.listProjectMembers(in: access, try query.page()))
            },
            .project(.post, "/projects/{project}/members", "addProjectMember", .editProjectMembers) {
                request, access in
                try .created(try await tenancy.addProjectMember(try await request.decode(), in: access))
            },
            .project(.put, "/projects/{project}/members/{user}", "setProjectMember", .editProjectMembers) {
                request, access in
                try .json(
                    try await tenancy.setProjectMember(
                        try request.id("user"), try await request.decode(), in: access))
            },
            .project(.delete, "/projects/{project}/members/{user}", "removeProjectMember", .editProjectMembers) {
                request, access in
                try await tenancy.removeProjectMember(try request.id("user"), in: access)
                return .noContent
            },
        ]
    }
}
