/// Which side of a service a driver serves.
package enum DriverDirection: String, Codable, Sendable, CaseIterable {
    /// Towards devices.
    case south
    /// Towards applications.
    case north
}

/// One driver (node) of a service, as the service itself reports it.
package struct DriverState: Codable, Equatable, Sendable {
    package var name: String
    package var plugin: String?
    package var direction: DriverDirection
    package var running: Bool
    package var connected: Bool
    /// Milliseconds of a round trip to the device; `nil` when there is none.
    package var roundTrip: Int?

    package init(
        name: String, plugin: String?, direction: DriverDirection, running: Bool, connected: Bool, roundTrip: Int?
    ) {
        self.name = name
        self.plugin = plugin
        self.direction = direction
        self.running = running
        self.connected = connected
        self.roundTrip = roundTrip
    }

    /// Runs, but has no connection to its device or application.
    package var isAbnormal: Bool { running && !connected }
}

/// One rule of a service.
package struct RuleState: Codable, Equatable, Sendable {
    package var id: String
    package var running: Bool
    /// In the service's own words: "running", "stopped: canceled by error".
    package var status: String

    package init(id: String, running: Bool, status: String) {
        self.id = id
        self.running = running
        self.status = status
    }
}

/// Data points: what the service's licence allots, and what is configured.
package struct TagUsage: Codable, Equatable, Sendable {
    package var allocated: Int
    package var used: Int

    package init(allocated: Int, used: Int) {
        self.allocated = allocated
        self.used = used
    }
}

/// Where a service runs and how it is doing.
package struct SystemInformation: Codable, Equatable, Sendable {
    package var os: String?
    package var kernel: String?
    package var architecture: String?
    /// Seconds.
    package var uptime: Int64?
    /// Bytes.
    package var memoryUsed: Int64?
    /// Bytes.
    package var memoryTotal: Int64?

    package init(
        os: String? = nil, kernel: String? = nil, architecture: String? = nil, uptime: Int64? = nil,
        memoryUsed: Int64? = nil, memoryTotal: Int64? = nil
    ) {
        self.os = os
        self.kernel = kernel
        self.architecture = architecture
        self.uptime = uptime
        self.memoryUsed = memoryUsed
        self.memoryTotal = memoryTotal
    }
}

/// Everything a service last said about itself.
package struct ServiceReport: Codable, Equatable, Sendable {
    package var version: String?
    package var system: SystemInformation
    package var drivers: [DriverState]
    package var rules: [RuleState]
    package var tags: TagUsage
    /// Since the service started.
    package var recordsIn: Int64
    package var recordsOut: Int64

    package init(
        version: String? = nil, system: SystemInformation = SystemInformation(), drivers: [DriverState] = [],
        rules: [RuleState] = [], tags: TagUsage = TagUsage(allocated: 0, used: 0), recordsIn: Int64 = 0,
        recordsOut: Int64 = 0
    ) {
        self.version = version
        self.system = system
        self.drivers = drivers
        self.rules = rules
        self.tags = tags
        self.recordsIn = recordsIn
        self.recordsOut = recordsOut
    }
}

/// A report with when it was made: `GET services/{id}/status`.
package struct ServiceStatusReport: Codable, Sendable {
    package var status: ServiceStatus
    package var statusReason: String
    package var statusSince: Timestamp?
    package var lastSeen: Timestamp?
    /// When `report` was read from the service; `nil` before the first time.
    package var reportedAt: Timestamp?
    package var report: ServiceReport?

    package init(
        status: ServiceStatus, statusReason: String, statusSince: Timestamp?, lastSeen: Timestamp?,
        reportedAt: Timestamp?, report: ServiceReport?
    ) {
        self.status = status
        self.statusReason = statusReason
        self.statusSince = statusSince
        self.lastSeen = lastSeen
        self.reportedAt = reportedAt
        self.report = report
    }
}
