package import Fleet
import Store

// Deciding. Somebody without any role where a thing lives is told that it does not exist; somebody whose role is too
// small is told so, and the attempt to change something is written to the audit log.

extension AccessControl {
    /// For what is not in one place: the caller must hold the permission in some place.
    /// - Throws: `.permissionDenied`.
    package func requireAnywhere(_ caller: Caller, _ permission: Permission, toChange changes: Bool) throws {
        let principal = caller.principal
        guard principal.highestRole?.permits(permission) ?? false else {
            throw EdgewrightError(.permissionDenied, "This is for administrators.")
        }
        guard !changes || !(principal.token?.readOnly ?? false) else {
            throw EdgewrightError(.permissionDenied, "This API token may only read.")
        }
    }

    package func authorizePlatform(_ caller: Caller, _ permission: Permission) async throws -> PlatformAccess {
        guard caller.principal.may(permission, on: .platform) else {
            throw try await denied(caller, permission, target: .init(type: "platform", id: "", name: ""))
        }
        return PlatformAccess(caller: caller)
    }

    package func authorize(
        _ caller: Caller, _ permission: Permission, organization id: Identifier<Organization>
    ) async throws -> OrganizationAccess {
        let visible = caller.principal.role(in: id) != nil && caller.principal.token?.projectId == nil
        guard visible, let organization = try await context.read({ try $0.organization(id) }) else {
            throw EdgewrightError.notFound("organization", id.rawValue)
        }
        guard caller.principal.may(permission, on: .organization(id)) else {
            throw try await denied(caller, permission, target: .init(organization), orgId: id)
        }
        return OrganizationAccess(caller: caller, orgId: id)
    }

    package func authorize(
        _ caller: Caller, _ permission: Permission, project id: Identifier<Project>
    ) async throws -> ProjectAccess {
        guard let project = try await context.read({ try $0.project(id) }), sees(caller, id, of: project.orgId) else {
            throw EdgewrightError.notFound("project", id.rawValue)
        }
        guard caller.principal.may(permission, on: .project(id, of: project.orgId)) else {
            throw try await denied(caller, permission, target: .init(project), orgId: project.orgId, projectId: id)
        }
        return ProjectAccess(caller: caller, projectId: id, orgId: project.orgId)
    }

    /// Answered from memory: it stands in front of every proxied request.
    package func authorize(
        _ caller: Caller, _ permission: Permission, service id: Identifier<EdgeService>
    ) async throws -> ServiceAccess {
        guard let entry = directory.entry(id), sees(caller, entry.projectId, of: entry.orgId) else {
            throw EdgewrightError.notFound("service", id.rawValue)
        }
        guard caller.principal.may(permission, on: .project(entry.projectId, of: entry.orgId)) else {
            throw try await denied(
                caller, permission, target: .init(type: "service", id: id.rawValue, name: entry.name),
                orgId: entry.orgId, projectId: entry.projectId)
        }
        let project = ProjectAccess(caller: caller, projectId: entry.projectId, orgId: entry.orgId)
        return ServiceAccess(project: project, serviceId: id)
    }

    private func sees(
        _ caller: Caller, _ project: Identifier<Project>, of organization: Identifier<Organization>
    ) -> Bool {
        if let limit = caller.principal.token?.projectId, limit != project { return false }
        return caller.principal.role(in: project, of: organization) != nil
    }

    private func denied(
        _ caller: Caller, _ permission: Permission, target: AuditEntry.Target,
        orgId: Identifier<Organization>? = nil, projectId: Identifier<Project>? = nil
    ) async throws -> EdgewrightError {
        if permission.changes, denials.isNew(caller.principal, permission, target, at: context.now()) {
            let event = AuditEvent(
                operation: "\(target.type).\(permission.rawValue)", target: target, orgId: orgId,
                projectId: projectId, result: .denied)
            try await context.write { try recorder.record(event, by: caller, in: $0) }
        }
        let readOnly = caller.principal.token?.readOnly ?? false
        let reason =
            readOnly && permission.changes
            ? "This API token may only read." : "Your role does not allow this; ask an administrator."
        return EdgewrightError(.permissionDenied, reason)
    }
}
