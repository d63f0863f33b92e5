/// One stand-in NeuronEX: its state. What it answers is in the extensions.
struct SimulatedService: Sendable {
    struct User: Sendable, Equatable {
        var password: String
        var role: String
    }

    let blueprint: ServiceBlueprint
    var nodes: [SimulatedNode]
    var rules: [SimulatedRule]
    /// The statements that made them, by name.
    var streams: [String: String] = [:]
    var tables: [String: String] = [:]
    /// By type, by name: `portables`, `sources`, `sinks`, `functions`.
    var plugins: [String: [String: JSONValue]] = [:]
    var users: [String: User]
    var logLevel = "info"
    var faults = SimulatedFaults()
    /// Who reads the streaming log.
    var streamClients: Set<String> = []
    /// Seconds since 1970.
    private(set) var startedAt: Double
    private var restarts: Int64 = 0
    private var records = RecordCount()
    private var settledAt: Double

    init(blueprint: ServiceBlueprint, startedAt: Double, user: String = "admin", password: String = "0000") {
        self.blueprint = blueprint
        nodes = blueprint.nodes
        rules = blueprint.rules
        users = [user: User(password: password, role: "Administrator")]
        self.startedAt = startedAt
        settledAt = startedAt
    }

    var version: String { faults.version ?? blueprint.version }
    /// Data points that are configured.
    var usedTags: Int { nodes.reduce(0) { $0 + $1.tagCount } }

    func index(of node: String?) -> Int? { node.flatMap { name in nodes.firstIndex { $0.name == name } } }

    // MARK: With the faults that are on

    /// Nodes as they seem.
    var shownNodes: [SimulatedNode] {
        guard faults.driverFailure ?? false, let first = nodes.firstIndex(where: { $0.type == 1 }) else { return nodes }
        var shown = nodes
        shown[first].link = 0
        return shown
    }

    /// Rules as they seem.
    var shownRules: [SimulatedRule] {
        guard faults.ruleFailure ?? false, !rules.isEmpty else { return rules }
        var shown = rules
        shown[0].isRunning = false
        shown[0].stoppedBecause = SimulatedRule.failure
        return shown
    }

    // MARK: Time

    /// Whole seconds since it came up.
    func uptime(at now: Double) -> Int64 {
        let whole = Int64(max(0, now - startedAt))
        return faults.restart.map { whole % Int64($0) } ?? whole
    }

    /// Other after each restart: what was given out before is void.
    func generation(at now: Double) -> Int64 {
        restarts + (faults.restart.map { Int64(max(0, now - startedAt)) / Int64($0) } ?? 0)
    }

    /// Comes up anew: what was configured stays, what was counted does not.
    mutating func restart(at now: Double) {
        restarts = generation(at: now) + 1
        startedAt = now
        settledAt = now
        records = RecordCount()
        streamClients = []
    }

    mutating func setFaults(_ faults: SimulatedFaults, at now: Double) {
        settle(at: now)
        restarts = generation(at: now)
        startedAt = now - Double(uptime(at: now))
        self.faults = faults
    }

    // MARK: Records

    /// Counts what went through until now; to be called before anything changes how much that is.
    mutating func settle(at now: Double) {
        let seconds = max(0, now - settledAt)
        settledAt = max(now, settledAt)
        records.in += seconds * 10 * Double(shownNodes.count { $0.type == 1 && $0.isWorking })
        records.out += seconds * 2 * Double(shownRules.count(where: \.isRunning))
    }

    var recordsIn: Int64 { Int64(records.in) }
    var recordsOut: Int64 { Int64(records.out) }
}

private struct RecordCount {
    var `in` = 0.0
    var out = 0.0
}

/// A rule of eKuiper.
struct SimulatedRule: Sendable, Equatable {
    static let failure = "Stopped: canceled by error."

    let id: String
    var isRunning = true
    /// Why it does not run, in eKuiper's words.
    var stoppedBecause = "Stopped: canceled manually."
    /// As it was given; the rules a service is born with have none of their own.
    private var given: JSONValue?

    init(id: String, definition: JSONValue? = nil) {
        self.id = id
        given = definition
    }

    var status: String { isRunning ? "Running" : stoppedBecause }

    var definition: JSONValue {
        get { given ?? ["id": .string(id), "sql": "SELECT * FROM neuronStream", "actions": [["log": [:]]]] }
        set { given = newValue }
    }
}
