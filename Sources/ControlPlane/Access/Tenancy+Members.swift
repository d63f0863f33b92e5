package import Fleet
import Store

// Who has which role in an organization or a project.

extension Tenancy {
    package func listOrganizationMembers(in access: OrganizationAccess, _ page: PageRequest) async throws
        -> Page<Member>
    {
        try await context.read { try $0.organizationMembers(access.orgId, page) }
    }

    package func addOrganizationMember(_ request: AddMemberRequest, in access: OrganizationAccess) async throws
        -> Member
    {
        let member = try await context.change { session in
            let user = try knownUser(request.email, session)
            _ = try MembershipRules.checkGrant(request.role, in: access.orgId, access.caller, session)
            try session.setGrant(Grant(scope: .organization(access.orgId), role: request.role), of: user.id)
            let event = AuditEvent(
                operation: "organization.addMember", target: .init(user), orgId: access.orgId,
                detail: "role \(request.role.rawValue)")
            try recorder.record(event, by: access.caller, in: session)
            return Member(userId: user.id, email: user.email, name: user.name, role: request.role)
        }
        cache.removeAll()
        return member
    }

    /// Takes every role in the organization and its projects away.
    package func removeOrganizationMember(_ id: Identifier<User>, in access: OrganizationAccess) async throws {
        try await context.change { session in
            guard let user = try session.user(id), try session.removeGrants(of: id, in: access.orgId) > 0 else {
                throw EdgewrightError.notFound("member", id.rawValue)
            }
            let event = AuditEvent(
                operation: "organization.removeMember", target: .init(user), orgId: access.orgId)
            try recorder.record(event, by: access.caller, in: session)
        }
        cache.removeAll()
    }

    package func listProjectMembers(in access: ProjectAccess, _ page: PageRequest) async throws -> Page<Member> {
        try await context.read { try $0.projectMembers(access.projectId, page) }
    }

    package func addProjectMember(_ request: AddMemberRequest, in access: ProjectAccess) async throws -> Member {
        try MembershipRules.checkProjectRole(request.role)
        let member = try await context.change { session in
            let user = try knownUser(request.email, session)
            return try setRole(request.role, of: user, in: access, operation: "project.addMember", session)
        }
        cache.removeAll()
        return member
    }

    /// Changes the role of somebody who is a member.
    package func setProjectMember(
        _ id: Identifier<User>, _ request: GrantRequest, in access: ProjectAccess
    ) async throws -> Member {
        try MembershipRules.checkProjectRole(request.role)
        let member = try await context.change { session in
            guard let user = try session.user(id), try session.projectGrant(of: id, in: access.projectId) != nil else {
                throw EdgewrightError.notFound("member", id.rawValue)
            }
            return try setRole(request.role, of: user, in: access, operation: "project.setMember", session)
        }
        cache.removeAll()
        return member
    }

    private func setRole(
        _ role: Role, of user: User, in access: ProjectAccess, operation: String, _ session: any SQLSession
    ) throws -> Member {
        let scope = Grant.Scope.project(access.projectId, in: access.orgId)
        try session.setGrant(Grant(scope: scope, role: role), of: user.id)
        let event = AuditEvent(
            operation: operation, target: .init(user), orgId: access.orgId, projectId: access.projectId,
            detail: "role \(role.rawValue)")
        try recorder.record(event, by: access.caller, in: session)
        return Member(userId: user.id, email: user.email, name: user.name, role: role)
    }

    package func removeProjectMember(_ id: Identifier<User>, in access: ProjectAccess) async throws {
        try await context.change { session in
            guard let user = try session.user(id), try session.removeGrants(of: id, in: access.projectId) > 0 else {
                throw EdgewrightError.notFound("member", id.rawValue)
            }
            let event = AuditEvent(
                operation: "project.removeMember", target: .init(user), orgId: access.orgId,
                projectId: access.projectId)
            try recorder.record(event, by: access.caller, in: session)
        }
        cache.removeAll()
    }

    private func knownUser(_ email: String, _ session: any SQLSession) throws -> User {
        let address = try EmailAddress.check(email)
        guard let user = try session.user(email: address) else {
            throw EdgewrightError.invalid("email", "belongs to no account; create the user first")
        }
        return user
    }
}
