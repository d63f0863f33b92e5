/// The counts of a project's workspace.
package struct Overview: Codable, Equatable, Sendable {
    package struct Services: Codable, Equatable, Sendable {
        package var total = 0
        package var online = 0
        package var offline = 0
        package var unknown = 0
        package init() {}
    }

    /// Drivers on one side.
    package struct DriverCounts: Codable, Equatable, Sendable {
        package var total = 0
        package var running = 0
        /// Running and connected.
        package var connected = 0
        /// Running without a connection.
        package var abnormal = 0
        package init() {}

        package init(_ drivers: some Sequence<DriverState>) {
            for driver in drivers {
                total += 1
                running += driver.running ? 1 : 0
                connected += driver.running && driver.connected ? 1 : 0
                abnormal += driver.isAbnormal ? 1 : 0
            }
        }
    }

    package struct Drivers: Codable, Equatable, Sendable {
        package var total: Int
        package var running: Int
        package var connected: Int
        package var abnormal: Int
        package var south: DriverCounts
        package var north: DriverCounts

        package init(south: DriverCounts, north: DriverCounts) {
            total = south.total + north.total
            running = south.running + north.running
            connected = south.connected + north.connected
            abnormal = south.abnormal + north.abnormal
            self.south = south
            self.north = north
        }
    }

    package struct Rules: Codable, Equatable, Sendable {
        package var total = 0
        package var running = 0
        package var stopped = 0
        package init() {}
    }

    package struct Records: Codable, Equatable, Sendable {
        package var `in`: Int64 = 0
        package var out: Int64 = 0
        package init() {}
    }

    package var services: Services
    package var drivers: Drivers
    package var rules: Rules
    package var tags: TagUsage
    package var records: Records
    /// Members of the project's organization.
    package var members: Int

    package init(
        services: Services, drivers: Drivers, rules: Rules, tags: TagUsage, records: Records, members: Int
    ) {
        self.services = services
        self.drivers = drivers
        self.rules = rules
        self.tags = tags
        self.records = records
        self.members = members
    }
}
