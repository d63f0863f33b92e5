/// Who asks, with everything that decides what they may do.
package struct Principal: Sendable, Equatable {
    /// Limits of the token the request came with.
    package struct TokenLimits: Sendable, Equatable {
        package var id: Identifier<APIToken>
        package var projectId: Identifier<Project>?
        package var readOnly: Bool
        package var expiresAt: Timestamp?

        package init(_ token: APIToken) {
            id = token.id
            projectId = token.projectId
            readOnly = token.readOnly
            expiresAt = token.expiresAt
        }
    }

    package var userId: Identifier<User>
    package var email: String
    package var isSystemAdmin: Bool
    package var grants: [Grant]
    package var token: TokenLimits?

    package init(
        userId: Identifier<User>, email: String, isSystemAdmin: Bool, grants: [Grant], token: TokenLimits? = nil
    ) {
        self.userId = userId
        self.email = email
        self.isSystemAdmin = isSystemAdmin
        self.grants = grants
        self.token = token
    }

    /// The highest role held in a project: by the project's own grant, its organization's, or as system admin.
    package func role(in project: Identifier<Project>, of organization: Identifier<Organization>) -> Role? {
        if isSystemAdmin { return .systemAdmin }
        return grants.compactMap { grant in
            switch grant.scope {
            case .organization(organization): grant.role == .orgAdmin ? .orgAdmin : nil
            case .project(project, in: _): grant.role
            default: nil
            }
        }.max()
    }

    /// The highest role held anywhere in an organization, its projects included.
    package func role(in organization: Identifier<Organization>) -> Role? {
        if isSystemAdmin { return .systemAdmin }
        return grants.compactMap { grant in
            switch grant.scope {
            case .organization(organization), .project(_, in: organization): grant.role
            default: nil
            }
        }.max()
    }

    /// The highest role held anywhere.
    package var highestRole: Role? { isSystemAdmin ? .systemAdmin : grants.map(\.role).max() }

    /// What a permission is asked on.
    package enum Scope: Sendable, Equatable {
        case platform
        case organization(Identifier<Organization>)
        case project(Identifier<Project>, of: Identifier<Organization>)
    }

    package func may(_ permission: Permission, on scope: Scope) -> Bool {
        if let token {
            if token.readOnly, permission.changes { return false }
            if let limit = token.projectId {
                guard case .project(limit, of: _) = scope else { return false }
            }
        }
        switch scope {
        case .platform: return isSystemAdmin
        case .organization(let organization): return role(in: organization)?.permits(permission) ?? false
        case .project(let project, let organization):
            return role(in: project, of: organization)?.permits(permission) ?? false
        }
    }
}
