package import Fleet

/// A service as the platform needs it to speak to it: with the sealed secret that the API never shows.
package struct ServiceRecord: Sendable, Equatable {
    package var service: EdgeService
    /// The password, sealed, when `service.auth.kind` is `.password`.
    package var sealedPassword: String?

    package init(service: EdgeService, sealedPassword: String?) {
        self.service = service
        self.sealedPassword = sealedPassword
    }
}

/// Names and endpoints of a project that are taken, and by whom.
package struct TakenServices: Sendable {
    /// By name.
    package var names: Set<String> = []
    /// The name of the service that has the endpoint, by endpoint.
    package var endpoints: [String: String] = [:]
}

// One service at a time, and many at once for the import.

extension SQLSession {
    /// - Throws: `StoreError.uniqueViolation` of `service_name` or `service_endpoint`.
    package func insertService(_ record: ServiceRecord) throws {
        try insertServices([record])
    }

    package func insertServices(_ records: [ServiceRecord]) throws {
        try insertRows(into: "service", columns: serviceInsertColumns, rows: records.map(serviceRow))
    }

    package func service(_ id: Identifier<EdgeService>) throws -> ServiceRecord? {
        guard
            let row = try queryFirst("SELECT \(serviceColumns) FROM service s WHERE s.id = ?", [id.rawValue])
        else { return nil }
        var record = try readServiceRecord(row)
        record.service = try completed([record.service])[0]
        return record
    }

    /// Writes what a user can edit; state that the monitor owns is left alone.
    /// - Throws: `StoreError.uniqueViolation` of `service_name` or `service_endpoint`.
    package func updateService(_ record: ServiceRecord) throws {
        let service = record.service
        try execute(
            """
            UPDATE service SET name = ?, connection = ?, agent_id = ?, endpoint = ?, verify_tls = ?, health_path = ?,
                auth_kind = ?, auth_username = ?, auth_sealed_password = ?, description = ?, search_text = ?,
                updated_at = ?
            WHERE id = ?
            """,
            [
                service.name, service.endpoint.connection.rawValue, service.endpoint.agent?.rawValue,
                service.endpoint.description, service.verifyTLS, service.healthPath, service.auth.kind.rawValue,
                service.auth.username, record.sealedPassword, service.description, searchText(service),
                service.updatedAt.milliseconds, service.id.rawValue,
            ])
        try execute(
            "UPDATE service_tag SET service_name = ? WHERE service_id = ?", [service.name, service.id.rawValue])
    }

    package func deleteServices(_ ids: [Identifier<EdgeService>]) throws {
        try deleteHostPorts(of: ids)
        for chunk in chunks(ids.map(\.rawValue)) {
            try execute("DELETE FROM service WHERE id IN (\(placeholders(chunk.count)))", chunk)
        }
    }

    /// The services of a host, in no order.
    package func services(onHost host: Identifier<EdgeHost>) throws -> [ServiceRecord] {
        let records = try query(
            """
            SELECT \(serviceColumns) FROM service s JOIN workload w ON w.service_id = s.id WHERE w.host_id = ?
            """, [host.rawValue]
        ).map(readServiceRecord)
        return try zip(records, completed(records.map(\.service))).map { record, service in
            ServiceRecord(service: service, sealedPassword: record.sealedPassword)
        }
    }

    /// Which of these names and endpoints a project has already.
    /// - Parameter except: a service that does not count: the one that is being edited.
    package func takenServices(
        names: [String], endpoints: [ServiceEndpoint], in project: Identifier<Project>,
        except id: Identifier<EdgeService>? = nil
    ) throws -> TakenServices {
        var taken = TakenServices()
        let leading = [project.rawValue, id?.rawValue ?? ""]
        for chunk in chunks(names) {
            let rows = try query(
                """
                SELECT name FROM service
                WHERE project_id = ? AND id <> ? AND name IN (\(placeholders(chunk.count)))
                """, leading + chunk)
            for row in rows { taken.names.insert(try row.text(0)) }
        }
        for chunk in chunks(endpoints.map(\.description)) {
            let rows = try query(
                """
                SELECT endpoint, name FROM service
                WHERE project_id = ? AND id <> ? AND endpoint IN (\(placeholders(chunk.count)))
                """, leading + chunk)
            for row in rows { taken.endpoints[try row.text(0)] = try row.text(1) }
        }
        return taken
    }

    /// Services that were added or edited since a moment, in no order.
    package func services(changedSince time: Timestamp) throws -> [ServiceRecord] {
        try query("SELECT \(serviceColumns) FROM service s WHERE s.updated_at >= ?", [time.milliseconds])
            .map(readServiceRecord)
    }

    /// To be called after many rows were written: PostgreSQL plans by statistics that it otherwise takes only now and
    /// then, and a plan made for an empty table reads a full one from end to end. SQLite goes by its indexes.
    package func refreshServiceStatistics() throws {
        guard dialect == .postgres else { return }
        try execute("ANALYZE service, tag, service_tag", [])
    }

    package func countServices() throws -> Int { try count("SELECT COUNT(*) FROM service", []) }

    /// Every service of every project after `id`, by id: for building the directory in memory, piece by piece.
    package func services(after id: Identifier<EdgeService>?, limit: Int) throws -> [ServiceRecord] {
        try query(
            "SELECT \(serviceColumns) FROM service s WHERE s.id > ? ORDER BY s.id LIMIT ?",
            [id?.rawValue ?? "", limit]
        ).map(readServiceRecord)
    }
}

/// Parts of a list for `IN (…)`. Each is filled up with its last value to a power of two, so that few different
/// statements are prepared and kept.
func chunks<Value>(_ values: [Value], of size: Int = 512) -> [[Value]] {
    stride(from: 0, to: values.count, by: size).map { start in
        let chunk = values[start..<min(start + size, values.count)]
        var filled = 1
        while filled < chunk.count { filled *= 2 }
        return chunk + Array(repeating: chunk[chunk.endIndex - 1], count: filled - chunk.count)
    }
}

func placeholders(_ count: Int) -> String {
    Array(repeating: "?", count: count).joined(separator: ", ")
}

let serviceColumns = """
    s.id, s.project_id, s.name, s.category, s.mode, s.connection, s.endpoint, s.verify_tls, s.health_path, s.auth_kind, \
    s.auth_username, s.auth_sealed_password, s.description, s.created_at, s.updated_at, s.status, s.status_reason, \
    s.status_since, s.version, s.last_seen
    """

private let serviceInsertColumns = [
    "id", "project_id", "name", "category", "mode", "connection", "endpoint", "verify_tls", "health_path", "auth_kind",
    "auth_username", "auth_sealed_password", "description", "search_text", "created_at", "updated_at", "status",
    "status_reason", "status_since", "version", "last_seen", "agent_id",
]

private func serviceRow(_ record: ServiceRecord) -> [SQLValue] {
    let service = record.service
    let values: [any SQLBindable] = [
        service.id.rawValue, service.projectId.rawValue, service.name, service.category.rawValue,
        service.mode.rawValue, service.connection.rawValue, service.endpoint.description, service.verifyTLS,
        service.healthPath, service.auth.kind.rawValue, service.auth.username, record.sealedPassword,
        service.description, searchText(service), service.createdAt.milliseconds, service.updatedAt.milliseconds,
        service.status.rawValue, service.statusReason, service.statusSince?.milliseconds ?? 0, service.version ?? "",
        service.lastSeen?.milliseconds, service.endpoint.agent?.rawValue,
    ]
    return values.map(\.sqlValue)
}

private func searchText(_ service: EdgeService) -> String {
    "\(service.name) \(service.endpoint)".lowercased()
}

/// Reads `serviceColumns`; the tags are not among them.
func readServiceRecord(_ row: SQLRow) throws -> ServiceRecord {
    let endpointText = try row.text(6)
    guard let endpoint = try? ServiceEndpoint(endpointText) else {
        throw StoreError(.corrupt, "the endpoint “\(endpointText)” in the store can't be read")
    }
    let since = try row.integer(17)
    let version = try row.text(18)
    let service = EdgeService(
        id: Identifier(rawValue: try row.text(0)), projectId: Identifier(rawValue: try row.text(1)),
        name: try row.text(2), category: try readEnum(row.text(3), column: "category"),
        mode: try readEnum(row.text(4), column: "mode"), connection: try readEnum(row.text(5), column: "connection"),
        endpoint: endpoint, verifyTLS: try row.bool(7), healthPath: try row.textOrNil(8),
        status: try readEnum(row.text(15), column: "status"), statusReason: try row.text(16),
        statusSince: since == 0 ? nil : Timestamp(milliseconds: since), version: version.isEmpty ? nil : version,
        lastSeen: try row.integerOrNil(19).map(Timestamp.init(milliseconds:)), tags: [],
        auth: ServiceAuthentication(
            kind: try readEnum(row.text(9), column: "auth_kind"), username: try row.textOrNil(10)),
        description: try row.text(12), createdAt: Timestamp(milliseconds: try row.integer(13)),
        updatedAt: Timestamp(milliseconds: try row.integer(14)))
    return ServiceRecord(service: service, sealedPassword: try row.textOrNil(11))
}
