package import Fleet

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
        /// Milliseconds; `nil` when there was no round trip yet.
        package var roundTrip: Int?

        package init(name: String, running: Bool, connected: Bool, roundTrip: Int?) {
            self.name = name
            self.running = running
            self.connected = connected
            self.roundTrip = roundTrip
        }
    }

    package var nodes: Part<[NodeState]>?
    package var rules: Part<[RuleState]>?

    package init(nodes: Part<[NodeState]>? = nil, rules: Part<[RuleState]>? = nil) {
        self.nodes = nodes
        self.rules = rules
    }

    /// The report with what the pulse saw; `nil` when the pulse saw drivers that the report does not know, so that a
    /// new survey is due.
    ///
    /// A round trip that merely took longer or shorter than the last one is left to the next survey: it differs in
    /// almost every answer, and would make every pulse of every service a change to be written and told.
    package func applied(to report: ServiceReport) -> ServiceReport? {
        var updated = report
        if let rules { updated.rules = rules.value }
        guard let nodes else { return updated }
        guard nodes.value.count == report.drivers.count else { return nil }
        let states = Dictionary(nodes.value.map { ($0.name, $0) }) { _, last in last }
        for index in updated.drivers.indices {
            guard let state = states[updated.drivers[index].name] else { return nil }
            updated.drivers[index].take(state)
        }
        return updated
    }
}

extension DriverState {
    fileprivate mutating func take(_ state: ServicePulse.NodeState) {
        guard state.running != running || state.connected != connected else { return }
        running = state.running
        connected = state.connected
        roundTrip = state.roundTrip
    }
}
