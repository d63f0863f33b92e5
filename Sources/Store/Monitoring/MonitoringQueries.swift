package import Fleet
import Foundation

/// What the monitor writes of one service.
package struct ServiceStateUpdate: Sendable {
    package var id: Identifier<EdgeService>
    package var health: ServiceHealth
    package var version: String?

    package init(id: Identifier<EdgeService>, health: ServiceHealth, version: String?) {
        self.id = id
        self.health = health
        self.version = version
    }
}

/// A service's report as it is to be kept.
package struct ServiceReportUpdate: Sendable {
    package var id: Identifier<EdgeService>
    package var projectId: Identifier<Project>
    package var report: ServiceReport
    package var reportedAt: Timestamp

    package init(
        id: Identifier<EdgeService>, projectId: Identifier<Project>, report: ServiceReport, reportedAt: Timestamp
    ) {
        self.id = id
        self.projectId = projectId
        self.report = report
        self.reportedAt = reportedAt
    }
}

// What the monitor has seen. Written in batches; a service that was deleted meanwhile is passed over.

extension SQLSession {
    package func updateServiceStates(_ updates: [ServiceStateUpdate]) throws {
        for update in updates {
            try execute(
                """
                UPDATE service SET status = ?, status_reason = ?, status_since = ?, version = ?, last_seen = ?
                WHERE id = ?
                """,
                [
                    update.health.status.rawValue, update.health.reason, update.health.since?.milliseconds ?? 0,
                    update.version ?? "", update.health.lastSeen?.milliseconds, update.id.rawValue,
                ])
        }
    }

    package func updateLastSeen(_ times: [(id: Identifier<EdgeService>, at: Timestamp)]) throws {
        for (id, time) in times {
            try execute("UPDATE service SET last_seen = ? WHERE id = ?", [time.milliseconds, id.rawValue])
        }
    }

    package func saveReports(_ updates: [ServiceReportUpdate]) throws {
        for update in updates {
            try saveStatistics(update)
            try execute(
                """
                INSERT INTO service_report (service_id, reported_at, report)
                SELECT id, ?, ? FROM service WHERE id = ?
                ON CONFLICT (service_id) DO UPDATE
                SET reported_at = excluded.reported_at, report = excluded.report
                """,
                [update.reportedAt.milliseconds, try encoded(update.report), update.id.rawValue])
        }
    }

    private func saveStatistics(_ update: ServiceReportUpdate) throws {
        let report = update.report
        let south = Overview.DriverCounts(report.drivers.lazy.filter { $0.direction == .south })
        let north = Overview.DriverCounts(report.drivers.lazy.filter { $0.direction == .north })
        let counters = [
            south.total, south.running, south.connected, south.abnormal, north.total, north.running, north.connected,
            north.abnormal, report.rules.count, report.rules.count { $0.running }, report.tags.allocated,
            report.tags.used, Int(report.recordsIn), Int(report.recordsOut),
        ]
        let assignments = statisticsColumns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        try execute(
            """
            INSERT INTO service_statistics (service_id, project_id, \(statisticsColumns.joined(separator: ", ")))
            SELECT id, project_id, \(placeholders(counters.count)) FROM service WHERE id = ?
            ON CONFLICT (service_id) DO UPDATE SET \(assignments)
            """, counters as [any SQLBindable] + [update.id.rawValue])
    }

    package func report(of service: Identifier<EdgeService>) throws -> (report: ServiceReport, at: Timestamp)? {
        guard
            let row = try queryFirst(
                "SELECT report, reported_at FROM service_report WHERE service_id = ?", [service.rawValue])
        else { return nil }
        guard let report = try? JSONDecoder().decode(ServiceReport.self, from: Data(try row.text(0).utf8)) else {
            throw StoreError(.corrupt, "the report of service \(service) can't be read")
        }
        return (report, Timestamp(milliseconds: try row.integer(1)))
    }

    /// The workspace's counts, all but the members.
    package func overview(of project: Identifier<Project>) throws -> Overview {
        var services = Overview.Services()
        for row in try query(
            "SELECT status, COUNT(*) FROM service WHERE project_id = ? GROUP BY status", [project.rawValue])
        {
            let count = try row.int(1)
            services.total += count
            switch try readEnum(row.text(0), column: "status") as ServiceStatus {
            case .online: services.online = count
            case .offline: services.offline = count
            case .unknown: services.unknown = count
            }
        }
        // Of a service that is down nothing is running, whatever it said last.
        let sums = statisticsColumns.map { column in
            columnsOfState.contains(column)
                ? "COALESCE(SUM(CASE WHEN s.status = 'online' THEN p.\(column) ELSE 0 END), 0)"
                : "COALESCE(SUM(p.\(column)), 0)"
        }.joined(separator: ", ")
        let row = try queryFirst(
            "SELECT \(sums) FROM service_statistics p JOIN service s ON s.id = p.service_id WHERE p.project_id = ?",
            [project.rawValue])
        func sum(_ column: Int) throws -> Int { try row?.int(column) ?? 0 }
        func drivers(from column: Int) throws -> Overview.DriverCounts {
            var counts = Overview.DriverCounts()
            counts.total = try sum(column)
            counts.running = try sum(column + 1)
            counts.connected = try sum(column + 2)
            counts.abnormal = try sum(column + 3)
            return counts
        }
        var rules = Overview.Rules()
        rules.total = try sum(8)
        rules.running = try sum(9)
        rules.stopped = rules.total - rules.running
        var records = Overview.Records()
        records.in = Int64(try sum(12))
        records.out = Int64(try sum(13))
        return Overview(
            services: services, drivers: Overview.Drivers(south: try drivers(from: 0), north: try drivers(from: 4)),
            rules: rules, tags: TagUsage(allocated: try sum(10), used: try sum(11)), records: records, members: 0)
    }

    private func encoded(_ report: ServiceReport) throws -> String {
        String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
    }

    /// Takes or renews a lease: only one process at a time does what it names.
    /// - Returns: whether `holder` has it until `expiresAt`.
    package func acquireLease(_ name: String, holder: String, now: Timestamp, expiresAt: Timestamp) throws -> Bool {
        try execute(
            """
            INSERT INTO lease (name, holder, expires_at) VALUES (?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
            WHERE lease.holder = excluded.holder OR lease.expires_at < ?
            """, [name, holder, expiresAt.milliseconds, now.milliseconds]) == 1
    }

    package func releaseLease(_ name: String, holder: String) throws {
        try execute("DELETE FROM lease WHERE name = ? AND holder = ?", [name, holder])
    }

    /// Whoever holds it.
    package func releaseLease(_ name: String) throws {
        try execute("DELETE FROM lease WHERE name = ?", [name])
    }
}

/// What holds only as long as the service is up.
private let columnsOfState: Set<String> = [
    "south_running", "south_connected", "south_abnormal", "north_running", "north_connected", "north_abnormal",
    "rules_running",
]

private let statisticsColumns = [
    "south_total", "south_running", "south_connected", "south_abnormal", "north_total", "north_running",
    "north_connected", "north_abnormal", "rules_total", "rules_running", "tags_allocated", "tags_used", "records_in",
    "records_out",
]
