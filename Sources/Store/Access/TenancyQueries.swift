package import Fleet

// Organizations and projects.

extension SQLSession {
    package func insertOrganization(_ organization: Organization) throws {
        try execute(
            "INSERT INTO organization (id, name, description, created_at) VALUES (?, ?, ?, ?)",
            [
                organization.id.rawValue, organization.name, organization.description,
                organization.createdAt.milliseconds,
            ])
    }

    package func organization(_ id: Identifier<Organization>) throws -> Organization? {
        try queryFirst("SELECT id, name, description, created_at FROM organization WHERE id = ?", [id.rawValue])
            .map(readOrganization)
    }

    package func updateOrganization(_ organization: Organization) throws {
        try execute(
            "UPDATE organization SET name = ?, description = ? WHERE id = ?",
            [organization.name, organization.description, organization.id.rawValue])
    }

    package func deleteOrganization(_ id: Identifier<Organization>) throws {
        try execute("DELETE FROM organization WHERE id = ?", [id.rawValue])
    }

    package func countProjects(of organization: Identifier<Organization>) throws -> Int {
        try count("SELECT COUNT(*) FROM project WHERE org_id = ?", [organization.rawValue])
    }

    /// Organizations by name.
    /// - Parameter user: only those in which this account has a role; `nil` for all.
    package func organizations(visibleTo user: Identifier<User>?, _ request: PageRequest) throws -> Page<Organization> {
        var condition = "1 = 1"
        var values: [any SQLBindable] = []
        if let user {
            condition = """
                (EXISTS (SELECT 1 FROM organization_grant g WHERE g.org_id = o.id AND g.user_id = ?)
                OR EXISTS (SELECT 1 FROM project_grant g JOIN project p ON p.id = g.project_id
                           WHERE p.org_id = o.id AND g.user_id = ?))
                """
            values = [user.rawValue, user.rawValue]
        }
        let list = KeysetList(order: "name", keyColumn: "o.name", idColumn: "o.id")
        var page = try list.page(
            self, request,
            select: "SELECT o.id, o.name, o.description, o.created_at FROM organization o WHERE \(condition)",
            values: values, item: readOrganization, keys: { [.text($0.name), .text($0.id.rawValue)] })
        if request.wantsTotal {
            page.total = try count("SELECT COUNT(*) FROM organization o WHERE \(condition)", values)
        }
        return page
    }

    package func insertProject(_ project: Project) throws {
        try execute(
            "INSERT INTO project (id, org_id, name, description, created_at) VALUES (?, ?, ?, ?, ?)",
            [
                project.id.rawValue, project.orgId.rawValue, project.name, project.description,
                project.createdAt.milliseconds,
            ])
    }

    package func project(_ id: Identifier<Project>) throws -> Project? {
        try queryFirst(
            "SELECT id, org_id, name, description, created_at FROM project WHERE id = ?", [id.rawValue]
        ).map(readProject)
    }

    package func updateProject(_ project: Project) throws {
        try execute(
            "UPDATE project SET name = ?, description = ? WHERE id = ?",
            [project.name, project.description, project.id.rawValue])
    }

    package func deleteProject(_ id: Identifier<Project>) throws {
        try execute("DELETE FROM project WHERE id = ?", [id.rawValue])
    }

    package func countServices(in project: Identifier<Project>) throws -> Int {
        try count("SELECT COUNT(*) FROM service WHERE project_id = ?", [project.rawValue])
    }

    /// Projects by name.
    /// - Parameters:
    ///   - user: only those in which this account has a role; `nil` for all.
    ///   - organization: only those of this organization.
    package func projects(
        visibleTo user: Identifier<User>?, of organization: Identifier<Organization>?, _ request: PageRequest
    ) throws -> Page<Project> {
        var condition = "1 = 1"
        var values: [any SQLBindable] = []
        if let organization {
            condition += " AND p.org_id = ?"
            values.append(organization.rawValue)
        }
        if let user {
            condition += """
                 AND (EXISTS (SELECT 1 FROM organization_grant g WHERE g.org_id = p.org_id AND g.user_id = ?)
                OR EXISTS (SELECT 1 FROM project_grant g WHERE g.project_id = p.id AND g.user_id = ?))
                """
            values += [user.rawValue, user.rawValue] as [any SQLBindable]
        }
        let list = KeysetList(order: "name", keyColumn: "p.name", idColumn: "p.id")
        var page = try list.page(
            self, request,
            select: "SELECT p.id, p.org_id, p.name, p.description, p.created_at FROM project p WHERE \(condition)",
            values: values, item: readProject, keys: { [.text($0.name), .text($0.id.rawValue)] })
        if request.wantsTotal {
            page.total = try count("SELECT COUNT(*) FROM project p WHERE \(condition)", values)
        }
        return page
    }

    func count(_ sql: String, _ values: [any SQLBindable]) throws -> Int {
        try queryFirst(sql, values).map { try $0.int(0) } ?? 0
    }
}

private func readOrganization(_ row: SQLRow) throws -> Organization {
    Organization(
        id: Identifier(rawValue: try row.text(0)), name: try row.text(1), description: try row.text(2),
        createdAt: Timestamp(milliseconds: try row.integer(3)))
}

private func readProject(_ row: SQLRow) throws -> Project {
    Project(
        id: Identifier(rawValue: try row.text(0)), orgId: Identifier(rawValue: try row.text(1)),
        name: try row.text(2), description: try row.text(3), createdAt: Timestamp(milliseconds: try row.integer(4)))
}
