package import Fleet
import Foundation

// Accounts and their passwords.

extension SQLSession {
    /// - Parameter home: the role that the account is made for; `nil` for one that only system admins may edit.
    package func insertUser(_ user: User, passwordHash: String, home: Grant.Scope?) throws {
        let (organization, project): (String?, String?) =
            switch home {
            case .organization(let id): (id.rawValue, nil)
            case .project(let id, in: _): (nil, id.rawValue)
            case nil: (nil, nil)
            }
        try execute(
            """
            INSERT INTO account
                (id, email, name, password_hash, system_admin, disabled, created_at, home_org_id, home_project_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                user.id.rawValue, user.email, user.name, passwordHash, user.systemAdmin, user.disabled,
                user.createdAt.milliseconds, organization, project,
            ])
    }

    /// The organization or project that the account was made in.
    package func home(of user: Identifier<User>) throws -> Grant.Scope? {
        let row = try queryFirst(
            """
            SELECT a.home_org_id, p.id, p.org_id FROM account a LEFT JOIN project p ON p.id = a.home_project_id
            WHERE a.id = ?
            """, [user.rawValue])
        guard let row else { return nil }
        if let organization = try row.textOrNil(0) { return .organization(Identifier(rawValue: organization)) }
        guard let project = try row.textOrNil(1) else { return nil }
        return .project(Identifier(rawValue: project), in: Identifier(rawValue: try row.text(2)))
    }

    package func user(_ id: Identifier<User>) throws -> User? {
        try queryFirst("SELECT \(userColumns) FROM account a WHERE a.id = ?", [id.rawValue]).map(readUser)
    }

    package func user(email: String) throws -> User? {
        try queryFirst("SELECT \(userColumns) FROM account a WHERE a.email = ?", [email]).map(readUser)
    }

    package func passwordHash(of user: Identifier<User>) throws -> String? {
        try queryFirst("SELECT password_hash FROM account WHERE id = ?", [user.rawValue]).map { try $0.text(0) }
    }

    package func updateUser(_ user: User) throws {
        try execute(
            "UPDATE account SET name = ?, system_admin = ?, disabled = ? WHERE id = ?",
            [user.name, user.systemAdmin, user.disabled, user.id.rawValue])
    }

    package func setPasswordHash(_ hash: String, of user: Identifier<User>) throws {
        try execute("UPDATE account SET password_hash = ? WHERE id = ?", [hash, user.rawValue])
    }

    package func setLastSignIn(_ time: Timestamp, of user: Identifier<User>) throws {
        try execute("UPDATE account SET last_sign_in_at = ? WHERE id = ?", [time.milliseconds, user.rawValue])
    }

    package func deleteUser(_ id: Identifier<User>) throws {
        try execute("DELETE FROM account WHERE id = ?", [id.rawValue])
    }

    /// Those who can still sign in as system admin. The rows are locked, so that two admins removed at the same moment
    /// can't each believe the other stays.
    package func enabledSystemAdmins() throws -> [Identifier<User>] {
        try query(
            "SELECT id FROM account WHERE system_admin = 1 AND disabled = 0 ORDER BY id" + dialect.forUpdate, []
        ).map { Identifier(rawValue: try $0.text(0)) }
    }

    package func countUsers() throws -> Int { try count("SELECT COUNT(*) FROM account", []) }

    /// Accounts by e-mail address.
    /// - Parameters:
    ///   - admin: only those with a role in what this account administers; `nil` for all.
    ///   - text: part of the address or the name.
    package func users(visibleTo admin: Identifier<User>?, matching text: String?, _ request: PageRequest) throws
        -> Page<User>
    {
        var condition = "1 = 1"
        var values: [any SQLBindable] = []
        if let admin {
            condition += " AND (a.id = ? OR a.id IN (\(administeredUsers)))"
            values += Array(repeating: admin.rawValue, count: 4) as [any SQLBindable]
        }
        if let text {
            condition += " AND (LOWER(a.email) LIKE ? ESCAPE '\\' OR LOWER(a.name) LIKE ? ESCAPE '\\')"
            let pattern = likePattern(containing: text)
            values += [pattern, pattern] as [any SQLBindable]
        }
        let list = KeysetList(order: "email", keyColumn: "a.email", idColumn: "a.id")
        var page = try list.page(
            self, request, select: "SELECT \(userColumns) FROM account a WHERE \(condition)", values: values,
            item: readUser, keys: { [.text($0.email), .text($0.id.rawValue)] })
        if request.wantsTotal {
            page.total = try count("SELECT COUNT(*) FROM account a WHERE \(condition)", values)
        }
        return page
    }
}

private let userColumns =
    "a.id, a.email, a.name, a.system_admin, a.disabled, a.created_at, a.last_sign_in_at"

/// Users with a role in an organization, or in a project, that the account (bound three times) administers.
private let administeredUsers = """
    SELECT g.user_id FROM organization_grant g
    JOIN organization_grant mine ON mine.org_id = g.org_id AND mine.user_id = ?
    UNION
    SELECT g.user_id FROM project_grant g JOIN project p ON p.id = g.project_id
    JOIN organization_grant mine ON mine.org_id = p.org_id AND mine.user_id = ?
    UNION
    SELECT g.user_id FROM project_grant g
    JOIN project_grant mine ON mine.project_id = g.project_id AND mine.role = 'projectAdmin' AND mine.user_id = ?
    """

private func readUser(_ row: SQLRow) throws -> User {
    User(
        id: Identifier(rawValue: try row.text(0)), email: try row.text(1), name: try row.text(2),
        systemAdmin: try row.bool(3), disabled: try row.bool(4),
        createdAt: Timestamp(milliseconds: try row.integer(5)),
        lastSignInAt: try row.integerOrNil(6).map(Timestamp.init(milliseconds:)))
}

/// `%text%` with LIKE's own signs taken as they are; to be used with `ESCAPE '\'`.
func likePattern(containing text: String) -> String {
    let escaped = text.precomposedStringWithCanonicalMapping.lowercased().replacing("\\", with: "\\\\").replacing(
        "%", with: "\\%"
    ).replacing(
        "_", with: "\\_")
    return "%\(escaped)%"
}
