package import Fleet
import Foundation

/// A host as the platform needs it to speak to it: with the sealed certificates that the API never shows.
package struct HostRecord: Sendable, Equatable {
    package var host: EdgeHost
    package var sealedTLS: String?

    package init(host: EdgeHost, sealedTLS: String?) {
        self.host = host
        self.sealedTLS = sealedTLS
    }
}

// The hosts of projects.

extension SQLSession {
    /// - Throws: `StoreError.uniqueViolation` of the name.
    package func insertHost(_ record: HostRecord) throws {
        let host = record.host
        try execute(
            """
            INSERT INTO host (id, project_id, name, kind, address, service_address, description, allow_unencrypted,
                sealed_tls, has_authority, has_client_certificate, status, status_reason, status_since, engine,
                created_at, updated_at, agent_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                host.id.rawValue, host.projectId.rawValue, host.name, host.kind.rawValue, host.address.description,
                host.serviceAddress, host.description, host.allowUnencrypted, record.sealedTLS,
                host.tls?.authority ?? false, host.tls?.clientCertificate ?? false, host.status.rawValue,
                host.statusReason, host.statusSince?.milliseconds, try host.engine.map(encoded),
                host.createdAt.milliseconds, host.updatedAt.milliseconds, host.address.agent?.rawValue,
            ])
    }

    /// Writes what a user can edit.
    /// - Throws: `StoreError.uniqueViolation` of the name.
    package func updateHost(_ record: HostRecord) throws {
        let host = record.host
        try execute(
            """
            UPDATE host SET name = ?, address = ?, service_address = ?, description = ?, allow_unencrypted = ?,
                sealed_tls = ?, has_authority = ?, has_client_certificate = ?, updated_at = ?, agent_id = ? WHERE id = ?
            """,
            [
                host.name, host.address.description, host.serviceAddress, host.description, host.allowUnencrypted,
                record.sealedTLS, host.tls?.authority ?? false, host.tls?.clientCertificate ?? false,
                host.updatedAt.milliseconds, host.address.agent?.rawValue, host.id.rawValue,
            ])
    }

    /// Writes what was seen of it.
    package func updateHostState(_ host: EdgeHost) throws {
        try execute(
            "UPDATE host SET status = ?, status_reason = ?, status_since = ?, engine = ? WHERE id = ?",
            [
                host.status.rawValue, host.statusReason, host.statusSince?.milliseconds,
                try host.engine.map(encoded), host.id.rawValue,
            ])
    }

    /// Whether a batch that is not over has targets on the host.
    package func isAwaited(_ host: EdgeHost) throws -> Bool {
        try count(
            """
            SELECT COUNT(*) FROM batch b JOIN batch_item i ON i.batch_id = b.id
                AND i.state IN ('pending', 'waiting', 'running')
            WHERE b.project_id = ? AND b.finished_at IS NULL AND i.host_id = ?
            """, [host.projectId.rawValue, host.id.rawValue]) > 0
    }

    /// - Throws: `StoreError.foreignKeyViolation` while services are on it.
    package func deleteHost(_ id: Identifier<EdgeHost>) throws {
        try execute("DELETE FROM host WHERE id = ?", [id.rawValue])
    }

    package func host(_ id: Identifier<EdgeHost>) throws -> HostRecord? {
        try queryFirst("SELECT \(hostColumns) FROM host h WHERE h.id = ?", [id.rawValue]).map(readHost)
    }

    /// Hosts by name.
    package func hosts(in project: Identifier<Project>, matching text: String?, _ request: PageRequest) throws
        -> Page<EdgeHost>
    {
        var condition = "h.project_id = ?"
        var values: [any SQLBindable] = [project.rawValue]
        if let text {
            condition += " AND (LOWER(h.name) LIKE ? ESCAPE '\\' OR LOWER(h.address) LIKE ? ESCAPE '\\')"
            values += [likePattern(containing: text), likePattern(containing: text)]
        }
        let list = KeysetList(order: "name", keyColumn: "h.name", idColumn: "h.id")
        var page = try list.page(
            self, request, select: "SELECT \(hostColumns) FROM host h WHERE \(condition)", values: values,
            item: { try readHost($0).host }, keys: { [.text($0.name), .text($0.id.rawValue)] })
        if request.wantsTotal { page.total = try count("SELECT COUNT(*) FROM host h WHERE \(condition)", values) }
        return page
    }

    /// Which of these names a project has already.
    package func takenHostNames(_ names: [String], in project: Identifier<Project>) throws -> Set<String> {
        Set(
            try chunks(names).flatMap { chunk in
                try query(
                    "SELECT name FROM host WHERE project_id = ? AND name IN (\(placeholders(chunk.count)))",
                    [project.rawValue] + chunk
                ).map { try $0.text(0) }
            })
    }

    /// Those of the ids that are in the project.
    package func hosts(_ ids: [Identifier<EdgeHost>], in project: Identifier<Project>) throws -> [HostRecord] {
        try chunks(ids.map(\.rawValue)).flatMap { chunk in
            try query(
                """
                SELECT \(hostColumns) FROM host h WHERE h.project_id = ? AND h.id IN (\(placeholders(chunk.count)))
                """, [project.rawValue] + chunk
            ).map(readHost)
        }
    }

    /// Hosts of every project after `id`, by id: for watching them all, piece by piece.
    package func hosts(after id: Identifier<EdgeHost>?, limit: Int) throws -> [HostRecord] {
        try query(
            "SELECT \(hostColumns) FROM host h WHERE h.id > ? ORDER BY h.id LIMIT ?", [id?.rawValue ?? "", limit]
        ).map(readHost)
    }
}

let hostColumns = """
    h.id, h.project_id, h.name, h.address, h.service_address, h.description, h.allow_unencrypted, h.sealed_tls, \
    h.has_authority, h.has_client_certificate, h.status, h.status_reason, h.status_since, h.engine, h.created_at, \
    h.updated_at, (SELECT COUNT(*) FROM workload w WHERE w.host_id = h.id), \
    (SELECT a.name FROM agent a WHERE a.id = h.agent_id)
    """

func readHost(_ row: SQLRow) throws -> HostRecord {
    let address = try row.text(3)
    guard let parsed = try? HostAddress(address) else {
        throw StoreError(.corrupt, "the address “\(address)” of a host can't be read")
    }
    var host = EdgeHost(
        id: Identifier(rawValue: try row.text(0)), projectId: Identifier(rawValue: try row.text(1)),
        name: try row.text(2), address: parsed, serviceAddress: try row.text(4),
        at: Timestamp(milliseconds: try row.integer(14)))
    host.description = try row.text(5)
    host.allowUnencrypted = try row.bool(6)
    let (authority, client) = (try row.bool(8), try row.bool(9))
    if authority || client { host.tls = EdgeHost.TLS(authority: authority, clientCertificate: client) }
    host.warnings = host.cautions
    host.status = try row.word(10)
    host.statusReason = try row.text(11)
    host.statusSince = try row.integerOrNil(12).map(Timestamp.init(milliseconds:))
    host.engine = try row.textOrNil(13).map { try decoded($0) }
    host.updatedAt = Timestamp(milliseconds: try row.integer(15))
    host.services = try row.int(16)
    host.agentName = try row.textOrNil(17)
    return HostRecord(host: host, sealedTLS: try row.textOrNil(7))
}

func encoded(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}

func decoded<Value: Decodable>(_ text: String, as _: Value.Type = Value.self) throws -> Value {
    do {
        return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    } catch {
        throw StoreError(.corrupt, "a \(Value.self) in the store can't be read")
    }
}
