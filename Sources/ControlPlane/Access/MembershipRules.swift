import Fleet
import Store

/// Who may give which role where.
enum MembershipRules {
    /// - Returns: the organization, once the caller may give this role in it.
    static func checkGrant(
        _ role: Role, in organization: Identifier<Organization>, _ caller: Caller, _ session: any SQLSession
    ) throws -> Identifier<Organization> {
        guard caller.principal.may(.editOrganizationMembers, on: .organization(organization)),
            try session.organization(organization) != nil
        else { throw EdgewrightError.notFound("organization", organization.rawValue) }
        guard role == .orgAdmin else {
            throw EdgewrightError.invalid("role", "must be orgAdmin in an organization; other roles belong to projects")
        }
        return organization
    }

    /// - Returns: the project's organization, once the caller may give this role in the project.
    static func checkGrant(
        _ role: Role, in project: Identifier<Project>, _ caller: Caller, _ session: any SQLSession
    ) throws -> Identifier<Organization> {
        guard let found = try session.project(project),
            caller.principal.may(.editProjectMembers, on: .project(project, of: found.orgId))
        else { throw EdgewrightError.notFound("project", project.rawValue) }
        try checkProjectRole(role)
        return found.orgId
    }

    static func checkProjectRole(_ role: Role) throws {
        guard role == .user || role == .projectAdmin else {
            throw EdgewrightError.invalid("role", "must be user or projectAdmin in a project")
        }
    }

    /// Whether somebody administers the place of a role.
    static func administers(_ scope: Grant.Scope, _ principal: Principal) -> Bool {
        switch scope {
        case .organization(let organization):
            principal.role(in: organization).map { $0 >= .orgAdmin } ?? false
        case .project(let project, in: let organization):
            principal.role(in: project, of: organization).map { $0 >= .projectAdmin } ?? false
        }
    }
}
