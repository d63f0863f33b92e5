package import Fleet

// Who has which role where.

extension SQLSession {
    /// Every role an account holds.
    package func grants(of user: Identifier<User>) throws -> [Grant] {
        let organizations = try query(
            "SELECT org_id, role FROM organization_grant WHERE user_id = ? ORDER BY org_id", [user.rawValue]
        ).map { row in
            Grant(scope: .organization(Identifier(rawValue: try row.text(0))), role: try readRole(row.text(1)))
        }
        let projects = try query(
            """
            SELECT p.id, p.org_id, g.role FROM project_grant g JOIN project p ON p.id = g.project_id
            WHERE g.user_id = ? ORDER BY p.org_id, p.id
            """, [user.rawValue]
        ).map { row in
            Grant(
                scope: .project(Identifier(rawValue: try row.text(0)), in: Identifier(rawValue: try row.text(1))),
                role: try readRole(row.text(2)))
        }
        return organizations + projects
    }

    /// Gives a role, or changes the one that is there.
    package func setGrant(_ grant: Grant, of user: Identifier<User>) throws {
        switch grant.scope {
        case .organization(let organization):
            try execute(
                """
                INSERT INTO organization_grant (org_id, user_id, role) VALUES (?, ?, ?)
                ON CONFLICT (org_id, user_id) DO UPDATE SET role = excluded.role
                """, [organization.rawValue, user.rawValue, grant.role.rawValue])
        case .project(let project, in: _):
            try execute(
                """
                INSERT INTO project_grant (project_id, user_id, role) VALUES (?, ?, ?)
                ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role
                """, [project.rawValue, user.rawValue, grant.role.rawValue])
        }
    }

    /// Takes every role in an organization and its projects away.
    /// - Returns: how many there were.
    package func removeGrants(of user: Identifier<User>, in organization: Identifier<Organization>) throws -> Int {
        let projects = try execute(
            "DELETE FROM project_grant WHERE user_id = ? AND project_id IN (SELECT id FROM project WHERE org_id = ?)",
            [user.rawValue, organization.rawValue])
        return try projects
            + execute(
                "DELETE FROM organization_grant WHERE user_id = ? AND org_id = ?",
                [user.rawValue, organization.rawValue])
    }

    /// - Returns: how many there were.
    package func removeGrants(of user: Identifier<User>, in project: Identifier<Project>) throws -> Int {
        try execute(
            "DELETE FROM project_grant WHERE user_id = ? AND project_id = ?", [user.rawValue, project.rawValue])
    }

    package func projectGrant(of user: Identifier<User>, in project: Identifier<Project>) throws -> Role? {
        try queryFirst(
            "SELECT role FROM project_grant WHERE user_id = ? AND project_id = ?", [user.rawValue, project.rawValue]
        ).map { try readRole($0.text(0)) }
    }

    /// Everybody with a role in the organization or one of its projects, each with the highest one.
    package func organizationMembers(_ organization: Identifier<Organization>, _ request: PageRequest) throws
        -> Page<Member>
    {
        try members(
            """
            SELECT user_id, MAX(rank) AS rank FROM (
                SELECT g.user_id, 3 AS rank FROM organization_grant g WHERE g.org_id = ?
                UNION ALL
                SELECT g.user_id, CASE g.role WHEN 'projectAdmin' THEN 2 ELSE 1 END AS rank
                FROM project_grant g JOIN project p ON p.id = g.project_id WHERE p.org_id = ?
            ) ranked GROUP BY user_id
            """, [organization.rawValue, organization.rawValue], request)
    }

    package func projectMembers(_ project: Identifier<Project>, _ request: PageRequest) throws -> Page<Member> {
        try members(
            """
            SELECT g.user_id, CASE g.role WHEN 'projectAdmin' THEN 2 ELSE 1 END AS rank
            FROM project_grant g WHERE g.project_id = ?
            """, [project.rawValue], request)
    }

    /// How many people have a role in an organization or one of its projects.
    package func countMembers(of organization: Identifier<Organization>) throws -> Int {
        try count(
            """
            SELECT COUNT(*) FROM (
                SELECT user_id FROM organization_grant WHERE org_id = ?
                UNION SELECT g.user_id FROM project_grant g JOIN project p ON p.id = g.project_id WHERE p.org_id = ?
            ) members
            """, [organization.rawValue, organization.rawValue])
    }

    private func members(_ ranked: String, _ values: [any SQLBindable], _ request: PageRequest) throws -> Page<Member> {
        let source = "FROM (\(ranked)) m JOIN account a ON a.id = m.user_id"
        let list = KeysetList(order: "email", keyColumn: "a.email", idColumn: "a.id")
        var page = try list.page(
            self, request, select: "SELECT a.id, a.email, a.name, m.rank \(source) WHERE 1 = 1", values: values,
            item: readMember, keys: { [.text($0.email), .text($0.userId.rawValue)] })
        if request.wantsTotal { page.total = try count("SELECT COUNT(*) \(source)", values) }
        return page
    }
}

private func readMember(_ row: SQLRow) throws -> Member {
    let role: Role =
        switch try row.integer(3) {
        case 3: .orgAdmin
        case 2: .projectAdmin
        default: .user
        }
    return Member(
        userId: Identifier(rawValue: try row.text(0)), email: try row.text(1), name: try row.text(2), role: role)
}

private func readRole(_ text: String) throws -> Role { try readEnum(text, column: "role") }

/// A column whose values the schema's CHECK lists.
func readEnum<Value: RawRepresentable<String>>(_ text: String, column: String) throws -> Value {
    guard let value = Value(rawValue: text) else {
        throw StoreError(.corrupt, "the column \(column) holds “\(text)”, which this version does not know")
    }
    return value
}
