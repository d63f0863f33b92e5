/// The four roles, each a subset of the one above it.
package enum Role: String, Codable, Sendable, CaseIterable, Comparable {
    case user
    case projectAdmin
    case orgAdmin
    case systemAdmin

    private var rank: Int {
        switch self {
        case .user: 0
        case .projectAdmin: 1
        case .orgAdmin: 2
        case .systemAdmin: 3
        }
    }

    package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }
}

/// What a route asks for. The table is FEATURES.md, "Roles".
package enum Permission: String, Codable, Sendable, CaseIterable {
    /// Make an organization, or change one that is not one's own.
    case createOrganizations
    case editOrganization
    case viewOrganization
    case createProjects
    case editProject
    case viewProject
    case editOrganizationMembers
    case viewOrganizationMembers
    case editProjectMembers
    case viewProjectMembers
    /// Accounts as such: create, disable, reset.
    case editUsers
    case viewAudit
    case editSettings
    case editServices
    case viewServices
    case exportServices
    case viewMonitoring
    /// GET and HEAD through the tunnel.
    case readThroughTunnel
    /// Any method through the tunnel.
    case writeThroughTunnel

    /// The least role, held where the permission is asked for, that has it.
    package var leastRole: Role {
        switch self {
        case .createOrganizations, .editSettings: .systemAdmin
        case .editOrganization, .createProjects, .editOrganizationMembers, .viewOrganizationMembers: .orgAdmin
        case .viewOrganization, .editProject, .editProjectMembers, .viewProjectMembers, .editUsers, .viewAudit,
            .editServices, .writeThroughTunnel:
            .projectAdmin
        case .viewProject, .viewServices, .exportServices, .viewMonitoring, .readThroughTunnel:
            .user
        }
    }

    /// Whether using it changes something: what a read-only token may never do.
    package var changes: Bool {
        switch self {
        case .createOrganizations, .editOrganization, .createProjects, .editProject, .editOrganizationMembers,
            .editProjectMembers, .editUsers, .editSettings, .editServices, .writeThroughTunnel:
            true
        case .viewOrganization, .viewProject, .viewOrganizationMembers, .viewProjectMembers, .viewAudit, .viewServices,
            .exportServices, .viewMonitoring, .readThroughTunnel:
            false
        }
    }
}

extension Role {
    package func permits(_ permission: Permission) -> Bool { self >= permission.leastRole }
}
