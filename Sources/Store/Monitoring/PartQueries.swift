package import Fleet

// The drivers and rules of services: listed by project and state, written when they change.

extension SQLSession {
    /// By service and name.
    package func drivers(
        in project: Identifier<Project>, _ filter: DriverFilter, _ request: PageRequest
    ) throws -> Page<FleetDriver> {
        let directions = filter.direction.map { [$0] } ?? DriverDirection.allCases
        let states = filter.state.map { [$0] } ?? DriverCondition.allCases
        let ranges = directions.flatMap { direction in
            states.map { [project.rawValue, direction.rawValue, $0.rawValue] }
        }
        let list = MergedKeysetList(
            order: "driver", table: "service_driver", nameColumn: "name", columns: ["direction", "state", "plugin"],
            rangeColumns: ["project_id", "direction", "state"], ranges: ranges)
        return try list.page(
            self, request,
            item: { row in
                FleetDriver(
                    service: try readReference(row), name: try row.text(3), plugin: try row.textOrNil(6),
                    direction: try readEnum(row.text(4), column: "direction"),
                    state: try readEnum(row.text(5), column: "state"))
            }, keys: { [.text($0.service.id.rawValue), .text($0.name)] })
    }

    /// By service and id.
    package func rules(
        in project: Identifier<Project>, state: RuleCondition?, _ request: PageRequest
    ) throws -> Page<FleetRule> {
        let states = state.map { [$0] } ?? RuleCondition.allCases
        let list = MergedKeysetList(
            order: "rule", table: "service_rule", nameColumn: "rule_id", columns: ["state", "status"],
            rangeColumns: ["project_id", "state"], ranges: states.map { [project.rawValue, $0.rawValue] })
        return try list.page(
            self, request,
            item: { row in
                FleetRule(
                    service: try readReference(row), id: try row.text(3),
                    state: try readEnum(row.text(4), column: "state"), status: try row.text(5))
            }, keys: { [.text($0.service.id.rawValue), .text($0.id)] })
    }

    /// Brings the drivers and rules of these services to what they report, writing only rows that differ. Services that
    /// were deleted meanwhile are passed over.
    /// - Returns: how many rows were written or removed.
    @discardableResult
    package func saveParts(_ updates: [ServiceReportUpdate]) throws -> Int {
        var written = 0
        let byService = Dictionary(updates.map { ($0.id.rawValue, $0) }) { _, last in last }
        for chunk in chunks(byService.keys.sorted(), of: 100) {
            // Locked, so that none is deleted before its parts are written.
            let present = try query(
                """
                SELECT id FROM service WHERE id IN (\(placeholders(chunk.count))) ORDER BY id\(dialect.forUpdate)
                """, chunk
            ).compactMap { byService[try $0.text(0)] }
            written += try save(present, in: .drivers) + save(present, in: .rules)
        }
        return written
    }

    private func save(_ updates: [ServiceReportUpdate], in table: PartTable) throws -> Int {
        var obsolete = try storedParts(of: updates.map(\.id.rawValue), in: table)
        var changed: [[SQLValue]] = []
        for update in updates {
            for (key, row) in table.rows(of: update) where obsolete.removeValue(forKey: key) != row {
                changed.append(row)
            }
        }
        for key in obsolete.keys {
            try execute(
                "DELETE FROM \(table.name) WHERE service_id = ? AND \(table.nameColumn) = ?", [key.service, key.name])
        }
        let assignments = table.values.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        try insertRows(
            into: table.name, columns: table.columns, rows: changed,
            suffix: "ON CONFLICT (service_id, \(table.nameColumn)) DO UPDATE SET \(assignments)")
        return obsolete.count + changed.count
    }

    private func storedParts(of services: [String], in table: PartTable) throws -> [PartTable.Key: [SQLValue]] {
        guard !services.isEmpty else { return [:] }
        let rows = try query(
            """
            SELECT \(table.columns.joined(separator: ", ")) FROM \(table.name)
            WHERE service_id IN (\(placeholders(services.count)))
            """, services)
        return Dictionary(
            try rows.map { row in
                let values = try (0..<table.columns.count).map { try row.value($0) }
                return (PartTable.Key(service: try row.text(0), name: try row.text(1)), values)
            }
        ) { _, last in last }
    }
}

/// One of the two tables of parts.
private enum PartTable {
    case drivers
    case rules

    struct Key: Hashable {
        let service: String
        let name: String
    }

    var name: String {
        switch self {
        case .drivers: "service_driver"
        case .rules: "service_rule"
        }
    }

    var nameColumn: String {
        switch self {
        case .drivers: "name"
        case .rules: "rule_id"
        }
    }

    /// What can change.
    var values: [String] {
        switch self {
        case .drivers: ["direction", "state", "plugin"]
        case .rules: ["state", "status"]
        }
    }

    var columns: [String] { ["service_id", nameColumn, "project_id"] + values }

    /// A service may name two of its parts alike: the last one counts.
    func rows(of update: ServiceReportUpdate) -> [Key: [SQLValue]] {
        let id = update.id.rawValue
        let project = SQLValue.text(update.projectId.rawValue)
        func row(_ name: String, _ values: [SQLValue]) -> (Key, [SQLValue]) {
            (Key(service: id, name: name), [.text(id), .text(name), project] + values)
        }
        let rows =
            switch self {
            case .drivers:
                update.report.drivers.map { driver in
                    row(
                        driver.name,
                        [
                            .text(driver.direction.rawValue), .text(driver.condition.rawValue),
                            driver.plugin.map(SQLValue.text) ?? .null,
                        ])
                }
            case .rules:
                update.report.rules.map { row($0.id, [.text($0.condition.rawValue), .text($0.status)]) }
            }
        return Dictionary(rows) { _, last in last }
    }
}

private func readReference(_ row: SQLRow) throws -> ServiceReference {
    ServiceReference(
        id: Identifier(rawValue: try row.text(0)), name: try row.text(1),
        status: try readEnum(row.text(2), column: "status"))
}
