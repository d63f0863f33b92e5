/// What a simulated service is born with; the same for the same number and seed.
struct ServiceBlueprint: Sendable {
    /// As plants name things: "plant-hamburg-line-03-press-00007".
    let name: String
    let tags: [String]
    var version: String
    var nodes: [SimulatedNode]
    var rules: [SimulatedRule]
    var licensedTags: Int

    private static let plants = ["hamburg", "lyon", "suzhou", "puebla", "gdansk", "pune", "austin", "osaka"]
    private static let machines = ["press", "oven", "robot", "mixer", "lathe", "packer", "boiler", "welder"]

    /// - Parameter isImperfect: some have a driver without connection, a stopped driver or a failed rule.
    init(index: Int, seed: UInt64, isImperfect: Bool) {
        var random = SplitMix64(state: seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
        let plant = Self.plants[index % Self.plants.count]
        let line = (index / Self.plants.count) % 40 + 1
        let machine = Self.machines[Int(random.next() % UInt64(Self.machines.count))]
        name = "plant-\(plant)-line-\(Self.padded(line, 2))-\(machine)-\(Self.padded(index + 1, 5))"
        tags = [plant, "line-\(Self.padded(line, 2))", machine]
        version = ["3.5.1", "3.6.0", "3.6.0", "3.6.1"][Int(random.next() % 4)]
        let south = (0..<Int(2 + random.next() % 4)).map { Self.southNode($0, &random) }
        nodes = south + Self.northNodes(of: south, &random)
        rules = (0..<Int(random.next() % 5)).map { SimulatedRule(id: "rule\($0 + 1)") }
        licensedTags = 2000
        if isImperfect { impair(Int(random.next() % 20)) }
    }

    private static func southNode(_ number: Int, _ random: inout SplitMix64) -> SimulatedNode {
        let plugin = SimulatedPlugin.south[Int(random.next() % UInt64(SimulatedPlugin.south.count))]
        let group = SimulatedGroup(name: "group-1", interval: 1000, generated: Int(20 + random.next() % 200))
        return SimulatedNode(
            name: "\(plugin.schema)-\(number + 1)", plugin: plugin.name, type: 1, setting: .standard, groups: [group])
    }

    private static func northNodes(of south: [SimulatedNode], _ random: inout SplitMix64) -> [SimulatedNode] {
        var broker = SimulatedNode(name: "mqtt", plugin: "MQTT", type: 2, setting: .standard)
        broker.subscriptions = south.map { SimulatedSubscription(driver: $0.name, group: "group-1") }
        guard random.next() % 2 == 0 else { return [broker] }
        return [broker, SimulatedNode(name: "DataStreaming", plugin: "eKuiper", type: 2, setting: .standard)]
    }

    private mutating func impair(_ draw: Int) {
        switch draw {
        case 0: nodes[0].link = 0
        case 1: (nodes[0].running, nodes[0].link) = (.stopped, 0)
        case 2 where !rules.isEmpty:
            rules[0].isRunning = false
            rules[0].stoppedBecause = SimulatedRule.failure
        default: break
        }
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// A small generator whose numbers are the same every time (Steele, Lea, Flood 2014).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
