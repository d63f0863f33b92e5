import Foundation

/// One stand-in NeuronEX: its state, and how it answers.
struct SimulatedService: Sendable {
    let blueprint: ServiceBlueprint
    var nodes: [ServiceBlueprint.Node]
    var rules: [ServiceBlueprint.Rule]
    var streams: [String: JSONValue] = [:]
    var portablePlugins: [String: JSONValue] = [:]
    var users = ["admin": "0000"]
    var logLevel = "info"
    var faults = SimulatedFaults()
    /// Seconds since 1970.
    var startedAt: Double

    init(blueprint: ServiceBlueprint, startedAt: Double) {
        self.blueprint = blueprint
        nodes = blueprint.nodes
        rules = blueprint.rules
        self.startedAt = startedAt
    }

    var version: String { faults.version ?? blueprint.version }

    func uptime(at now: Double) -> Int64 { Int64(max(0, now - startedAt)) }

    /// Data points that are configured.
    var usedTags: Int { nodes.reduce(0) { $0 + $1.tags + $1.groups.reduce(0) { $0 + $1.tags.count } } }

    /// Records since the start: grows by itself, a few a second for each rule or driver that runs.
    func records(at now: Double) -> (in: Int64, out: Int64) {
        let sources = Int64(nodes.count { $0.running == 3 && $0.link == 1 && $0.type == 1 })
        let sinks = Int64(rules.count { $0.running })
        return (uptime(at: now) * sources * 10, uptime(at: now) * sinks * 2)
    }

    /// Nodes as they seem with the faults that are on.
    var shownNodes: [ServiceBlueprint.Node] {
        guard faults.driverFailure ?? false, let first = nodes.firstIndex(where: { $0.type == 1 }) else { return nodes }
        var shown = nodes
        shown[first].link = 0
        return shown
    }

    func status(of rule: ServiceBlueprint.Rule) -> String {
        if faults.ruleFailure ?? false, rule.id == rules.first?.id { return "Stopped: canceled by error." }
        return rule.running ? "Running" : rule.stoppedBecause
    }

    /// Comes up anew: what was configured stays.
    mutating func restart(at now: Double) { startedAt = now }
}
