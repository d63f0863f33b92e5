import Fleet

extension Organization: Listed {
    var listName: String { id.rawValue }

    static var columns: [Column<Organization>] {
        [
            .slim("id") { $0.id.rawValue },
            .slim("name") { $0.name },
            .slim("description") { $0.description },
            .full("createdAt") { $0.createdAt.short },
        ]
    }
}

extension Project: Listed {
    var listName: String { id.rawValue }

    static var columns: [Column<Project>] {
        [
            .slim("id") { $0.id.rawValue },
            .slim("name") { $0.name },
            .slim("orgId") { $0.orgId.rawValue },
            .slim("description") { $0.description },
            .full("createdAt") { $0.createdAt.short },
        ]
    }
}

extension Member: Listed {
    var listName: String { userId.rawValue }

    static var columns: [Column<Member>] {
        [
            .slim("userId") { $0.userId.rawValue },
            .slim("email") { $0.email },
            .slim("name") { $0.name },
            .slim("role") { $0.role.rawValue },
        ]
    }
}

extension User: Listed {
    var listName: String { id.rawValue }

    static var columns: [Column<User>] {
        [
            .slim("id") { $0.id.rawValue },
            .slim("email") { $0.email },
            .slim("name") { $0.name },
            .slim("systemAdmin") { $0.systemAdmin ? "yes" : "" },
            .slim("disabled", style: { $0.disabled ? .bad : .plain }, { $0.disabled ? "yes" : "" }),
            .slim("lastSignInAt") { $0.lastSignInAt?.short ?? "" },
            .full("createdAt") { $0.createdAt.short },
        ]
    }
}

extension APIToken: Listed {
    var listName: String { id.rawValue }

    static var columns: [Column<APIToken>] {
        [
            .slim("id") { $0.id.rawValue },
            .slim("name") { $0.name },
            .slim("projectId") { $0.projectId?.rawValue ?? "" },
            .slim("readOnly") { $0.readOnly ? "yes" : "" },
            .slim("expiresAt") { $0.expiresAt?.short ?? "never" },
            .slim("lastUsedAt") { $0.lastUsedAt?.short ?? "" },
            .full("createdAt") { $0.createdAt.short },
        ]
    }
}

extension CreatedToken: Listed {
    /// The secret, because that is what a script made the token for.
    var listName: String { token }

    static var columns: [Column<CreatedToken>] {
        [
            .slim("id") { $0.id.rawValue },
            .slim("name") { $0.name },
            .slim("token") { $0.token },
            .slim("expiresAt") { $0.expiresAt?.short ?? "never" },
        ]
    }
}

extension AuditEntry: Listed {
    var listName: String { "\(sequence)" }

    static var columns: [Column<AuditEntry>] {
        [
            .full("sequence") { "\($0.sequence)" },
            .slim("at") { $0.at.short },
            .slim("operator") { $0.actor.email },
            .slim("operation") { $0.operation },
            .slim("result", style: { $0.result == .succeeded ? .plain : .bad }, { $0.result.rawValue }),
            .slim("target") { $0.target.name.isEmpty ? $0.target.id : $0.target.name },
            .slim("detail") { $0.detail },
            .full("address") { $0.actor.address },
            .full("targetType") { $0.target.type },
            .full("targetId") { $0.target.id },
            .full("orgId") { $0.orgId?.rawValue ?? "" },
            .full("projectId") { $0.projectId?.rawValue ?? "" },
            .full("tokenId") { $0.actor.tokenId?.rawValue ?? "" },
            .full("hash") { $0.hash },
        ]
    }
}

/// Who one is, as `whoami` shows it.
struct Identity: Listed {
    let server: String
    let email: String
    let name: String
    let systemAdmin: Bool
    /// The token in use.
    let token: String?
    let roles: [String]

    var listName: String { email }

    static var columns: [Column<Identity>] {
        [
            .slim("server") { $0.server },
            .slim("email") { $0.email },
            .slim("name") { $0.name },
            .slim("roles") { $0.roles.joined(separator: "; ") },
            .slim("token") { $0.token ?? "" },
        ]
    }
}
