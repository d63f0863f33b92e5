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

    /// Appends entries whose sequences and hashes follow the locked head, each the one before it.
    package func appendAudit(_ entries: [AuditEntry]) throws {
        guard let last = entries.last else { return }
        try insertRows(
            into: "audit",
            columns: [
                "sequence", "at", "type", "operation", "result", "actor_id", "actor_email", "token_id", "address",
                "target_type", "target_id", "target_name", "org_id", "project_id", "detail", "hash",
            ], rows: entries.map(auditRow))
        try execute("UPDATE audit_head SET sequence = ?, hash = ? WHERE id = 1", [last.sequence, last.hash])
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

private func auditRow(_ entry: AuditEntry) -> [SQLValue] {
    func text(_ value: String?) -> SQLValue { value.map(SQLValue.text) ?? .null }
    return [
        .integer(entry.sequence), .integer(entry.at.milliseconds), .text(String(entry.operation.prefix { $0 != "." })),
        .text(entry.operation), .text(entry.result.rawValue), text(entry.actor.userId?.rawValue),
        .text(entry.actor.email), text(entry.actor.tokenId?.rawValue), .text(entry.actor.address),
        .text(entry.target.type), .text(entry.target.id), .text(entry.target.name), text(entry.orgId?.rawValue),
        text(entry.projectId?.rawValue), .text(entry.detail), .text(entry.hash),
    ]
}

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
