package import Fleet
import Store

/// Organizations and projects.
package struct Tenancy: Sendable {
    let context: ControlPlaneContext
    let recorder: AuditRecorder
    let cache: CallerCache

    // MARK: Organizations

    package func listOrganizations(_ caller: Caller, _ page: PageRequest) async throws -> Page<Organization> {
        guard caller.principal.token?.projectId == nil else {
            return Page(items: [], total: page.wantsTotal ? 0 : nil)
        }
        let user = caller.principal.isSystemAdmin ? nil : caller.principal.userId
        return try await context.read { try $0.organizations(visibleTo: user, page) }
    }

    package func createOrganization(_ request: CreateTenantRequest, in access: PlatformAccess) async throws
        -> Organization
    {
        let (name, description) = try Self.validated(request, Organization.nameRule)
        let organization = Organization(
            id: context.makeIdentifier(), name: name, description: description, createdAt: context.now())
        try await context.change { session in
            try refusingTakenName("organization", name, index: "organization_name") {
                try session.insertOrganization(organization)
            }
            let event = AuditEvent(
                operation: "organization.create", target: .init(organization), orgId: organization.id)
            try recorder.record(event, by: access.caller, in: session)
        }
        return organization
    }

    package func getOrganization(in access: OrganizationAccess) async throws -> Organization {
        try await context.read { try organization(access.orgId, $0) }
    }

    package func updateOrganization(_ request: UpdateTenantRequest, in access: OrganizationAccess) async throws
        -> Organization
    {
        try await context.change { session in
            var changed = try organization(access.orgId, session)
            let before = changed.name
            if let name = request.name { changed.name = try Organization.nameRule.check(name) }
            if let text = request.description { changed.description = try TextRule.description.check(text) }
            let organization = changed
            try refusingTakenName("organization", organization.name, index: "organization_name") {
                try session.updateOrganization(organization)
            }
            let event = AuditEvent(
                operation: "organization.update", target: .init(organization), orgId: organization.id,
                detail: before == organization.name ? "" : "name: \(before) → \(organization.name)")
            try recorder.record(event, by: access.caller, in: session)
            return organization
        }
    }

    /// - Throws: `.conflict` while it has projects.
    package func deleteOrganization(in access: OrganizationAccess) async throws {
        try await context.change { session in
            let organization = try organization(access.orgId, session)
            let projects = try session.countProjects(of: access.orgId)
            guard projects == 0 else {
                throw EdgewrightError(
                    .conflict,
                    "The organization “\(organization.name)” still has \(projects) projects; delete them first.")
            }
            try session.deleteOrganization(access.orgId)
            let event = AuditEvent(
                operation: "organization.delete", target: .init(organization), orgId: organization.id)
            try recorder.record(event, by: access.caller, in: session)
        }
        cache.removeAll()
    }

    private func organization(_ id: Identifier<Organization>, _ session: any SQLSession) throws -> Organization {
        guard let organization = try session.organization(id) else {
            throw EdgewrightError.notFound("organization", id.rawValue)
        }
        return organization
    }

    // MARK: Projects

    /// Every project the caller has a role in.
    package func listProjects(_ caller: Caller, _ page: PageRequest) async throws -> Page<Project> {
        try await listProjects(caller, of: nil, page)
    }

    package func listOrganizationProjects(in access: OrganizationAccess, _ page: PageRequest) async throws
        -> Page<Project>
    {
        try await listProjects(access.caller, of: access.orgId, page)
    }

    private func listProjects(
        _ caller: Caller, of organization: Identifier<Organization>?, _ page: PageRequest
    ) async throws -> Page<Project> {
        let principal = caller.principal
        if let limit = principal.token?.projectId {
            let project = try await context.read { try $0.project(limit) }
            let shown = project.map { principal.may(.viewProject, on: .project(limit, of: $0.orgId)) ? [$0] : [] } ?? []
            return Page(items: shown, total: page.wantsTotal ? shown.count : nil)
        }
        let user = principal.isSystemAdmin ? nil : principal.userId
        return try await context.read { try $0.projects(visibleTo: user, of: organization, page) }
    }

    package func createProject(_ request: CreateTenantRequest, in access: OrganizationAccess) async throws -> Project {
        let (name, description) = try Self.validated(request, Project.nameRule)
        let project = Project(
            id: context.makeIdentifier(), orgId: access.orgId, name: name, description: description,
            createdAt: context.now())
        try await context.change { session in
            try refusingTakenName("project", name, index: "project_name") { try session.insertProject(project) }
            try recorder.record(event("project.create", project), by: access.caller, in: session)
        }
        return project
    }

    package func getProject(in access: ProjectAccess) async throws -> Project {
        try await context.read { try project(access.projectId, $0) }
    }

    package func updateProject(_ request: UpdateTenantRequest, in access: ProjectAccess) async throws -> Project {
        try await context.change { session in
            var changed = try project(access.projectId, session)
            let before = changed.name
            if let name = request.name { changed.name = try Project.nameRule.check(name) }
            if let text = request.description { changed.description = try TextRule.description.check(text) }
            let project = changed
            try refusingTakenName("project", project.name, index: "project_name") { try session.updateProject(project) }
            let detail = before == project.name ? "" : "name: \(before) → \(project.name)"
            try recorder.record(event("project.update", project, detail), by: access.caller, in: session)
            return project
        }
    }

    /// - Throws: `.conflict` while it has services.
    package func deleteProject(in access: ProjectAccess) async throws {
        try await context.change { session in
            let project = try project(access.projectId, session)
            let services = try session.countServices(in: access.projectId)
            guard services == 0 else {
                throw EdgewrightError(
                    .conflict, "The project “\(project.name)” still has \(services) services; delete them first.")
            }
            let agents = try session.countAgents(in: access.projectId)
            guard agents == 0 else {
                throw EdgewrightError(
                    .conflict,
                    "The project “\(project.name)” still has \(agents) agents; delete or transfer them first.")
            }
            try session.deleteProject(access.projectId)
            try recorder.record(event("project.delete", project), by: access.caller, in: session)
        }
        cache.removeAll()
    }

    private func project(_ id: Identifier<Project>, _ session: any SQLSession) throws -> Project {
        guard let project = try session.project(id) else { throw EdgewrightError.notFound("project", id.rawValue) }
        return project
    }

    private func event(_ operation: String, _ project: Project, _ detail: String = "") -> AuditEvent {
        AuditEvent(
            operation: operation, target: .init(project), orgId: project.orgId, projectId: project.id, detail: detail)
    }

    private static func validated(
        _ request: CreateTenantRequest, _ rule: TextRule
    ) throws -> (name: String, description: String) {
        var validation = Validation()
        let name = try validation.check { try rule.check(request.name) }
        let description = try validation.check { try TextRule.description.check(request.description ?? "") }
        try validation.finish()
        return (name ?? "", description ?? "")
    }
}

/// Turns the violation of a name's UNIQUE index into words.
func refusingTakenName(_ noun: String, _ name: String, index: String, _ body: () throws -> Void) throws {
    do {
        try body()
    } catch let error as StoreError where error.violates(index) {
        throw EdgewrightError(
            .conflict, "There is a \(noun) named “\(name)” already.",
            fields: [FieldError(field: "name", message: "is taken")])
    }
}
