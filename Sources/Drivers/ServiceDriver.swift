package import Fleet
package import HTTPTypes
package import Transport

/// What a category of edge service can do, and how its API is spoken.
package protocol ServiceDriver: Sendable {
    var category: ServiceCategory { get }
    var capabilities: DriverCapabilities { get }

    /// One cheap look, once every probe interval: is it there, does it take our credentials, what runs.
    /// - Parameter previous: what the last pulse of this service gave; parts whose bytes are the same are taken over.
    /// - Throws: `TransportError`, `ServiceAnswerError`.
    func pulse(_ session: ServiceSession, previous: ServicePulse?) async throws -> ServicePulse

    /// The whole report, read now and then.
    /// - Throws: `TransportError`, `ServiceAnswerError`.
    func survey(_ session: ServiceSession) async throws -> ServiceReport

    /// Asks the service for a token in exchange for user name and password.
    /// - Throws: `TransportError`, `ServiceAnswerError`.
    func logIn(username: String, password: String, over transport: any Transport) async throws -> String
}

/// What a category can be asked for.
package struct DriverCapabilities: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let drivers = DriverCapabilities(rawValue: 1 << 0)
    package static let rules = DriverCapabilities(rawValue: 1 << 1)
    package static let tagUsage = DriverCapabilities(rawValue: 1 << 2)
    package static let platformTokens = DriverCapabilities(rawValue: 1 << 3)
    package static let passwords = DriverCapabilities(rawValue: 1 << 4)
}

/// What a pulse found.
package struct ServicePulse: Sendable, Equatable {
    /// One answer, with the hash of its bytes: an unchanged answer need not be parsed again.
    package struct Part<Value: Sendable & Equatable>: Sendable, Equatable {
        package var hash: Int
        package var value: Value

        package init(hash: Int, value: Value) {
            self.hash = hash
            self.value = value
        }
    }

    /// Running and link state by driver name.
    package struct NodeState: Sendable, Equatable {
        package var name: String
        package var running: Bool
        package var connected: Bool
        package var roundTrip: Int?
    }

    package var nodes: Part<[NodeState]>?
    package var rules: Part<[RuleState]>?

    package init(nodes: Part<[NodeState]>? = nil, rules: Part<[RuleState]>? = nil) {
        self.nodes = nodes
        self.rules = rules
    }

    /// The report with what the pulse saw; `nil` when the pulse saw drivers that the report does not know, so that a
    /// new survey is due.
    package func applied(to report: ServiceReport) -> ServiceReport? {
        var updated = report
        if let rules { updated.rules = rules.value }
        guard let nodes else { return updated }
        let states = Dictionary(nodes.value.map { ($0.name, $0) }) { _, last in last }
        guard states.count == report.drivers.count else { return nil }
        for index in updated.drivers.indices {
            guard let state = states[updated.drivers[index].name] else { return nil }
            updated.drivers[index].running = state.running
            updated.drivers[index].connected = state.connected
            updated.drivers[index].roundTrip = state.roundTrip
        }
        return updated
    }
}

/// One service as a driver speaks to it: the way there, and what to prove oneself with.
package struct ServiceSession: Sendable {
    package let transport: any Transport
    /// Fields that carry the service's own authentication; empty without one.
    package let credentialFields: HTTPFields
    /// For `custom` services.
    package let healthPath: String?
    /// Of each single request.
    package let timeout: Duration

    package init(
        transport: any Transport, credentialFields: HTTPFields, healthPath: String?, timeout: Duration
    ) {
        self.transport = transport
        self.credentialFields = credentialFields
        self.healthPath = healthPath
        self.timeout = timeout
    }
}
