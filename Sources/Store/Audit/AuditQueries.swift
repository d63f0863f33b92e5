package import Fleet

// The audit log. Appending takes the chain's one head row first, so entries of all processes form one line.

extension SQLSession {
    /// The last entry's sequence and hash; locked until the transaction ends.
    package func lockAuditHead() throws -> (sequence: Int64, hash: String) {
        guard let row = try queryFirst("SELECT sequence, hash FROM audit_head WHERE id = 1" + dialect.forUpdate, [])
        else { throw StoreError(.corrupt, "the audit log has lost its head row") }
        return (try row.integer(0), try row.text(1))
    }

    package func auditHead() throws -> (sequence: Int64, hash: String)? {
        try queryFirst("SELECT sequence, hash FROM audit_head WHERE id = 1", []).map {
            (try $0.integer(0), try $0.text(1))
        }
    }

    /// Appends an entry whose sequence and hash follow the locked head.
    package func appendAudit(_ entry: AuditEntry) throws {
        let type = entry.operation.prefix { $0 != "." }
        try execute(
            """
            INSERT INTO audit (sequence, at, type, operation, result, actor_id, actor_email, token_id, address,
                target_type, target_id, target_name, org_id, project_id, detail, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                entry.sequence, entry.at.milliseconds, String(type), entry.operation, entry.result.rawValue,
                entry.actor.userId?.rawValue, entry.actor.email, entry.actor.tokenId?.rawValue, entry.actor.address,
                entry.target.type, entry.target.id, entry.target.name, entry.orgId?.rawValue,
                entry.projectId?.rawValue, entry.detail, entry.hash,
            ])
        try execute("UPDATE audit_head SET sequence = ?, hash = ? WHERE id = 1", [entry.sequence, entry.hash])
    }

    /// Entries, the newest first.
    /// - Parameter scope: what the reader may see; see `AuditScope`.
    package func auditEntries(_ filter: AuditFilter, scope: AuditScope, _ request: PageRequest) throws
        -> Page<AuditEntry>
    {
        var conditions: [String] = []
        var values: [any SQLBindable] = []
        func add(_ condition: String, _ value: (any SQLBindable)?) {
            guard let value else { return }
            conditions.append(condition)
            values.append(value)
        }
        add("type = ?", filter.type)
        add("operation = ?", filter.operation)
        add("LOWER(actor_email) LIKE ? ESCAPE '\\'", filter.operatorEmail.map(likePattern(containing:)))
        add("org_id = ?", filter.orgId?.rawValue)
        add("project_id = ?", filter.projectId?.rawValue)
        add("target_id = ?", filter.targetId)
        add("result = ?", filter.result?.rawValue)
        add("at >= ?", filter.from?.milliseconds)
        add("at <= ?", filter.until?.milliseconds)
        scope.restrict(&conditions, &values)
        let filterValues = values
        let filterSQL = conditions.isEmpty ? "1 = 1" : conditions.joined(separator: " AND ")
        var pageSQL = filterSQL
        if let cursor = request.cursor {
            pageSQL += " AND sequence < ?"
            values += try KeysetCursor(cursor, order: "-sequence", kinds: [.integer]).values as [any SQLBindable]
        }
        let entries = try query(
            "SELECT \(auditColumns) FROM audit WHERE \(pageSQL) ORDER BY sequence DESC LIMIT ?",
            values + [request.limit + 1]
        ).map(readAuditEntry)
        let shown = Array(entries.prefix(request.limit))
        let last = entries.count > request.limit ? shown.last : nil
        return Page(
            items: shown, next: last.map { KeysetCursor([.integer($0.sequence)]).encoded(order: "-sequence") },
            total: request.wantsTotal ? try count("SELECT COUNT(*) FROM audit WHERE \(filterSQL)", filterValues) : nil)
    }

    /// Entries in the chain's own order, for checking it.
    package func auditEntries(after sequence: Int64, limit: Int) throws -> [AuditEntry] {
        try query(
            "SELECT \(auditColumns) FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?", [sequence, limit]
        ).map(readAuditEntry)
    }
}

/// Which part of the audit log somebody may read.
package enum AuditScope: Sendable {
    case everything
    case tenants(organizations: [Identifier<Organization>], projects: [Identifier<Project>])

    fileprivate func restrict(_ conditions: inout [String], _ values: inout [any SQLBindable]) {
        guard case .tenants(let organizations, let projects) = self else { return }
        var parts: [String] = []
        if !organizations.isEmpty {
            parts.append("org_id IN (\(placeholders(organizations.count)))")
            values += organizations.map(\.rawValue) as [any SQLBindable]
        }
        if !projects.isEmpty {
            parts.append("project_id IN (\(placeholders(projects.count)))")
            values += projects.map(\.rawValue) as [any SQLBindable]
        }
        conditions.append(parts.isEmpty ? "1 = 0" : "(\(parts.joined(separator: " OR ")))")
    }
}

private let auditColumns = """
    sequence, at, operation, result, actor_id, actor_email, token_id, address, target_type, target_id, target_name, \
    org_id, project_id, detail, hash
    """

private func readAuditEntry(_ row: SQLRow) throws -> AuditEntry {
    AuditEntry(
        sequence: try row.integer(0), at: Timestamp(milliseconds: try row.integer(1)), operation: try row.text(2),
        result: try readEnum(row.text(3), column: "result"),
        actor: AuditEntry.Actor(
            userId: try row.textOrNil(4).map(Identifier.init(rawValue:)), email: try row.text(5),
            tokenId: try row.textOrNil(6).map(Identifier.init(rawValue:)), address: try row.text(7)),
        target: AuditEntry.Target(type: try row.text(8), id: try row.text(9), name: try row.text(10)),
        orgId: try row.textOrNil(11).map(Identifier.init(rawValue:)),
        projectId: try row.textOrNil(12).map(Identifier.init(rawValue:)), detail: try row.text(13),
        hash: try row.text(14))
}
