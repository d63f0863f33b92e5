/// A node of Neuron: a driver to the south, an application to the north.
struct SimulatedNode: Sendable, Equatable {
    enum Running: Int, Sendable { case initial = 1, ready, running, stopped }

    enum Setting: Sendable, Equatable {
        case none
        /// What a node of this plugin needs at least; made when somebody asks, to keep large fleets small.
        case standard
        case given(JSONValue)
    }

    var name: String
    var plugin: String
    /// 1 south, 2 north.
    var type: Int
    var running = Running.running
    /// 1 connected, 0 not.
    var link = 1
    var setting: Setting
    var groups: [SimulatedGroup] = []
    var subscriptions: [SimulatedSubscription] = []
    var logLevel = "notice"

    var tagCount: Int { groups.reduce(0) { $0 + $1.tagCount } }
    var isWorking: Bool { running == .running && link == 1 }

    var parameters: JSONValue? {
        switch setting {
        case .none: nil
        case .given(let parameters): parameters
        case .standard where plugin == "MQTT":
            ["client-id": .string("neuron_\(name)"), "host": "127.0.0.1", "port": 1883, "qos": 0, "format": 0]
        case .standard where plugin == "eKuiper": ["host": "127.0.0.1", "port": 7081]
        case .standard: ["host": "127.0.0.1", "port": 502, "timeout": 3000, "interval": 20]
        }
    }
}

/// A group of a driver's tags, which are read together.
struct SimulatedGroup: Sendable, Equatable {
    var name: String
    /// Milliseconds.
    var interval: Int
    /// So many tags it was born with; they are made when somebody asks, to keep large fleets small.
    private(set) var generated = 0
    private(set) var written: [JSONValue] = []

    init(name: String, interval: Int, generated: Int = 0, tags: [JSONValue] = []) {
        self.name = name
        self.interval = interval
        self.generated = generated
        written = tags
    }

    var tagCount: Int { generated + written.count }

    var tags: [JSONValue] {
        get { (0..<generated).map(Self.tag) + written }
        set { (generated, written) = (0, newValue) }
    }

    private static func tag(_ index: Int) -> JSONValue {
        [
            "name": .string("tag\(index + 1)"), "address": .string("1!\(400_001 + index)"), "attribute": 1, "type": 3,
            "description": "", "precision": 0, "decimal": 0,
        ]
    }
}

/// What an application gets of a driver.
struct SimulatedSubscription: Sendable, Equatable {
    let driver: String
    let group: String
    /// Everything else that was said of it: `params`, `static_tags`.
    var others: [String: JSONValue] = [:]

    var json: JSONValue {
        .object(others.merging(["driver": .string(driver), "group": .string(group)]) { $1 })
    }
}

/// A plugin of Neuron.
struct SimulatedPlugin: Sendable {
    let name: String
    let schema: String
    let type: Int

    static let south = [
        SimulatedPlugin(name: "Modbus TCP", schema: "modbus-tcp", type: 1),
        SimulatedPlugin(name: "OPC UA", schema: "opcua", type: 1),
        SimulatedPlugin(name: "Siemens S7 ISOTCP", schema: "s7comm", type: 1),
        SimulatedPlugin(name: "EtherNet/IP(CIP)", schema: "ethernet-ip", type: 1),
        SimulatedPlugin(name: "Omron FINS TCP", schema: "fins", type: 1),
        SimulatedPlugin(name: "BACnet/IP", schema: "bacnet", type: 1),
    ]
    static let all =
        south + [
            SimulatedPlugin(name: "MQTT", schema: "mqtt", type: 2),
            SimulatedPlugin(name: "eKuiper", schema: "ekuiper", type: 2),
            SimulatedPlugin(name: "WebSocket", schema: "websocket", type: 2),
            SimulatedPlugin(name: "SparkPlugB", schema: "sparkplugb", type: 2),
        ]

    var json: JSONValue {
        [
            "kind": 1, "node_type": .integer(Int64(type)), "name": .string(name), "schema": .string(schema),
            "library": .string("libplugin-\(schema).so"), "description": .string(name), "description_zh": .string(name),
        ]
    }
}
