/// What a simulated service is born with; the same for the same number and seed.
struct ServiceBlueprint: Sendable {
    struct Node: Sendable, Equatable {
        var name: String
        var plugin: String
        /// 1 south, 2 north.
        var type: Int
        /// 3 running, 4 stopped.
        var running = 3
        var link = 1
        var tags: Int
        var setting: JSONValue = [:]
        var groups: [Group] = []
        var subscriptions: [JSONValue] = []
        var logLevel = "notice"
    }

    struct Group: Sendable, Equatable {
        var name: String
        var interval: Int
        var tags: [JSONValue] = []
    }

    struct Rule: Sendable, Equatable {
        var id: String
        var running = true
        /// Why it does not run, in eKuiper's words.
        var stoppedBecause = "Stopped: canceled manually."
        var definition: JSONValue
    }

    /// As plants name things: "plant-hamburg-line-03-press-007".
    let name: String
    let tags: [String]
    var version: String
    var nodes: [Node]
    var rules: [Rule]
    var licensedTags: Int

    private static let plants = ["hamburg", "lyon", "suzhou", "puebla", "gdansk", "pune", "austin", "osaka"]
    private static let machines = ["press", "oven", "robot", "mixer", "lathe", "packer", "boiler", "welder"]
    private static let southPlugins = [
        ("Modbus TCP", "modbus"), ("OPC UA", "opcua"), ("Siemens S7 ISOTCP", "s7"), ("EtherNet/IP(CIP)", "enip"),
        ("Omron FINS TCP", "fins"), ("BACnet/IP", "bacnet"),
    ]

    /// - Parameter isImperfect: some have a driver without connection, a stopped driver or a failed rule.
    init(index: Int, seed: UInt64, isImperfect: Bool) {
        var random = SplitMix64(state: seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
        let plant = Self.plants[index % Self.plants.count]
        let line = (index / Self.plants.count) % 40 + 1
        let machine = Self.machines[Int(random.next() % UInt64(Self.machines.count))]
        name = "plant-\(plant)-line-\(Self.padded(line, 2))-\(machine)-\(Self.padded(index + 1, 5))"
        tags = [plant, "line-\(Self.padded(line, 2))", machine]
        version = ["3.5.1", "3.6.0", "3.6.0", "3.6.1"][Int(random.next() % 4)]
        nodes = (0..<Int(2 + random.next() % 4)).map { number in
            let (plugin, short) = Self.southPlugins[Int(random.next() % UInt64(Self.southPlugins.count))]
            return Node(
                name: "\(short)-\(number + 1)", plugin: plugin, type: 1, tags: Int(20 + random.next() % 200))
        }
        nodes.append(Node(name: "mqtt", plugin: "MQTT", type: 2, tags: 0))
        if random.next() % 2 == 0 { nodes.append(Node(name: "DataStreaming", plugin: "eKuiper", type: 2, tags: 0)) }
        rules = (0..<Int(random.next() % 5)).map { number in
            Rule(
                id: "rule\(number + 1)",
                definition: [
                    "id": .string("rule\(number + 1)"), "sql": "SELECT * FROM neuron", "actions": [["log": [:]]],
                ])
        }
        licensedTags = 2000
        if isImperfect { impair(Int(random.next() % 20)) }
    }

    private mutating func impair(_ draw: Int) {
        switch draw {
        case 0: nodes[0].link = 0
        case 1: (nodes[0].running, nodes[0].link) = (4, 0)
        case 2 where !rules.isEmpty:
            rules[0].running = false
            rules[0].stoppedBecause = "Stopped: canceled by error."
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
