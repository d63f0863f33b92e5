/// How a driver does, as lists are filtered by it.
package enum DriverCondition: String, Codable, Sendable, CaseIterable {
    /// Runs, and has a connection to its device or application.
    case connected
    /// Runs without a connection.
    case disconnected
    case notRunning
}

extension DriverState {
    package var condition: DriverCondition {
        guard running else { return .notRunning }
        return connected ? .connected : .disconnected
    }
}

/// How a rule does, as lists are filtered by it.
package enum RuleCondition: String, Codable, Sendable, CaseIterable {
    case running
    case stopped
}

extension RuleState {
    package var condition: RuleCondition { running ? .running : .stopped }
}

/// The service that something belongs to, as rows of a project's lists name it.
package struct ServiceReference: Codable, Equatable, Sendable {
    package var id: Identifier<EdgeService>
    package var name: String
    /// What the row says is what the service said last; unless it is online, that may be a while ago.
    package var status: ServiceStatus

    package init(id: Identifier<EdgeService>, name: String, status: ServiceStatus) {
        self.id = id
        self.name = name
        self.status = status
    }
}

/// One driver among those of a project.
package struct FleetDriver: Codable, Equatable, Sendable {
    package var service: ServiceReference
    package var name: String
    package var plugin: String?
    package var direction: DriverDirection
    package var running: Bool
    package var connected: Bool
    package var state: DriverCondition

    package init(
        service: ServiceReference, name: String, plugin: String?, direction: DriverDirection, state: DriverCondition
    ) {
        self.service = service
        self.name = name
        self.plugin = plugin
        self.direction = direction
        self.state = state
        running = state != .notRunning
        connected = state == .connected
    }
}

/// One rule among those of a project.
package struct FleetRule: Codable, Equatable, Sendable {
    package var service: ServiceReference
    package var id: String
    package var running: Bool
    package var state: RuleCondition
    /// In the service's own words.
    package var status: String

    package init(service: ServiceReference, id: String, state: RuleCondition, status: String) {
        self.service = service
        self.id = id
        self.state = state
        self.status = status
        running = state == .running
    }
}

/// Which drivers of a project are meant; every part that is set must hold.
package struct DriverFilter: Equatable, Sendable {
    package var state: DriverCondition?
    package var direction: DriverDirection?

    package init(state: DriverCondition? = nil, direction: DriverDirection? = nil) {
        self.state = state
        self.direction = direction
    }
}
