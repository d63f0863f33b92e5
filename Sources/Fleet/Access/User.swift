/// An account.
package struct User: Codable, Equatable, Sendable, Identifiable {
    package static let nameRule = TextRule(field: "name", length: 1...100)

    package var id: Identifier<User>
    /// Lower case; what one signs in with.
    package var email: String
    package var name: String
    package var systemAdmin: Bool
    package var disabled: Bool
    package var createdAt: Timestamp
    package var lastSignInAt: Timestamp?

    package init(
        id: Identifier<User>, email: String, name: String, systemAdmin: Bool, disabled: Bool, createdAt: Timestamp,
        lastSignInAt: Timestamp?
    ) {
        self.id = id
        self.email = email
        self.name = name
        self.systemAdmin = systemAdmin
        self.disabled = disabled
        self.createdAt = createdAt
        self.lastSignInAt = lastSignInAt
    }
}

/// Body of creating an account. Who is not a system admin gives it a role where they administer, in the same step.
package struct CreateUserRequest: Codable, Sendable {
    package var email: String
    package var name: String?
    package var password: String
    package var systemAdmin: Bool?
    package var orgId: Identifier<Organization>?
    package var projectId: Identifier<Project>?
    /// With `orgId` or `projectId`.
    package var role: Role?

    package init(
        email: String, name: String? = nil, password: String, systemAdmin: Bool? = nil,
        orgId: Identifier<Organization>? = nil, projectId: Identifier<Project>? = nil, role: Role? = nil
    ) {
        self.email = email
        self.name = name
        self.password = password
        self.systemAdmin = systemAdmin
        self.orgId = orgId
        self.projectId = projectId
        self.role = role
    }
}

package struct UpdateUserRequest: Codable, Sendable {
    package var name: String?
    package var systemAdmin: Bool?
    package var disabled: Bool?

    package init(name: String? = nil, systemAdmin: Bool? = nil, disabled: Bool? = nil) {
        self.name = name
        self.systemAdmin = systemAdmin
        self.disabled = disabled
    }
}

/// An administrator sets somebody's password; every session and token of theirs ends.
package struct ResetPasswordRequest: Codable, Sendable {
    package var password: String

    package init(password: String) { self.password = password }
}

/// One changes one's own.
package struct ChangePasswordRequest: Codable, Sendable {
    package var currentPassword: String
    package var newPassword: String

    package init(currentPassword: String, newPassword: String) {
        self.currentPassword = currentPassword
        self.newPassword = newPassword
    }
}

/// Somebody's role in an organization or a project.
package struct Member: Codable, Equatable, Sendable {
    package var userId: Identifier<User>
    package var email: String
    package var name: String
    package var role: Role

    package init(userId: Identifier<User>, email: String, name: String, role: Role) {
        self.userId = userId
        self.email = email
        self.name = name
        self.role = role
    }
}

/// Body of making an existing account a member.
package struct AddMemberRequest: Codable, Sendable {
    package var email: String
    package var role: Role

    package init(email: String, role: Role) {
        self.email = email
        self.role = role
    }
}

/// Body of changing a member's role.
package struct GrantRequest: Codable, Sendable {
    package var role: Role

    package init(role: Role) { self.role = role }
}

/// A role somebody holds, and where.
package struct Grant: Codable, Equatable, Sendable {
    package enum Scope: Equatable, Hashable, Sendable {
        case organization(Identifier<Organization>)
        case project(Identifier<Project>, in: Identifier<Organization>)
    }

    package var scope: Scope
    package var role: Role

    package init(scope: Scope, role: Role) {
        self.scope = scope
        self.role = role
    }
}

extension Grant.Scope: Codable {
    private enum Keys: String, CodingKey { case orgId, projectId }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        let organization = try container.decode(Identifier<Organization>.self, forKey: .orgId)
        if let project = try container.decodeIfPresent(Identifier<Project>.self, forKey: .projectId) {
            self = .project(project, in: organization)
        } else {
            self = .organization(organization)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        switch self {
        case .organization(let organization):
            try container.encode(organization, forKey: .orgId)
        case .project(let project, in: let organization):
            try container.encode(organization, forKey: .orgId)
            try container.encode(project, forKey: .projectId)
        }
    }
}
