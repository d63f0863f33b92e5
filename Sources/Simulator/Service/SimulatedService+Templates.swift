import Foundation

// The whole configuration in one piece, as NeuronEX's templates and eKuiper's data have it.

extension SimulatedService {
    static let templateRoutes = [
        SimulatedRoute("GET", "/api/template") { $0.template($1) },
        SimulatedRoute("POST", "/api/template") { $0.applyTemplate($1) },
        SimulatedRoute("GET", "/api/ekuiper/data/export") { service, _ in .json(service.ekuiperData(only: nil)) },
        SimulatedRoute("POST", "/api/ekuiper/data/import") { $0.importData($1) },
    ]

    private static let wrongTemplate = SimulatedResponse.json(["message": "Json format err"], status: 400)

    /// Category 1 is eKuiper's part, 2 Neuron's; 0 is answered as in the reference's example.
    private func template(_ request: SimulatedRequest) -> SimulatedResponse {
        func names(_ field: String) -> Set<String>? {
            request.query[field].flatMap { $0.isEmpty ? nil : Set($0.split(separator: ",").map(String.init)) }
        }
        switch request.query["category"] {
        case "0", "1": return .json(ekuiperData(only: names("rules")))
        case "2": return .json(neuronData(only: names("nodes")))
        default: return .json(["message": "category must be 0, 1 or 2"], status: 400)
        }
    }

    /// The reference contradicts itself about which category means what here, so the data tells what it is of.
    private mutating func applyTemplate(_ request: SimulatedRequest) -> SimulatedResponse {
        let texts = ["template", "NodeData", "ruleData"].compactMap { request[$0]?.text }.filter { !$0.isEmpty }
        let parsed = texts.map { JSONValue.parse(Data($0.utf8)) }
        guard !parsed.isEmpty else { return Self.wrongTemplate }
        // All of it is looked at before any of it is taken.
        var changed = self
        for data in parsed {
            guard let data, changed.take(data) else { return Self.wrongTemplate }
        }
        self = changed
        return .done
    }

    private mutating func importData(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let content = request["content"]?.text, let data = JSONValue.parse(Data(content.utf8)),
            takeEKuiper(data, isPartial: request.query["partial"] == "1")
        else { return .ekuiper("data import error: content must be the JSON of an export") }
        return .json(["ErrorMsg": "", "ConfigResponse": Self.emptyEKuiperData])
    }

    private mutating func take(_ data: JSONValue) -> Bool {
        data["nodes"] == nil ? takeEKuiper(data, isPartial: false) : takeNeuron(data)
    }

    // MARK: eKuiper

    private static let emptyEKuiperData: JSONValue = [
        "streams": [:], "tables": [:], "rules": [:], "nativePlugins": [:], "portablePlugins": [:],
        "sourceConfig": [:], "sinkConfig": [:], "connectionConfig": [:], "Service": [:], "Schema": [:], "uploads": [:],
    ]

    private func ekuiperData(only wanted: Set<String>?) -> JSONValue {
        guard case .object(var data) = Self.emptyEKuiperData else { return .null }
        let chosen = rules.filter { wanted?.contains($0.id) ?? true }
        data["streams"] = .object(streams.mapValues(JSONValue.string))
        data["tables"] = .object(tables.mapValues(JSONValue.string))
        data["rules"] = .object(
            Dictionary(chosen.map { ($0.id, .string($0.definition.serialized)) }) { $1 })
        data["portablePlugins"] = .object((plugins["portables"] ?? [:]).mapValues { .string($0.serialized) })
        return .object(data)
    }

    /// - Parameter isPartial: what is not in it stays.
    private mutating func takeEKuiper(_ data: JSONValue, isPartial: Bool) -> Bool {
        guard case .object(let members) = data, Self.texts(members["streams"]) != nil else { return false }
        let given = Self.texts(members["rules"]) ?? [:]
        let taken = given.sorted { $0.key < $1.key }.compactMap { id, text in
            JSONValue.parse(Data(text.utf8)).map { SimulatedRule(id: id, definition: $0) }
        }
        guard taken.count == given.count else { return false }
        if !isPartial { (streams, tables, rules) = ([:], [:], []) }
        streams.merge(Self.texts(members["streams"]) ?? [:]) { $1 }
        tables.merge(Self.texts(members["tables"]) ?? [:]) { $1 }
        rules.removeAll { given[$0.id] != nil }
        rules += taken
        return true
    }

    private static func texts(_ value: JSONValue?) -> [String: String]? {
        guard case .object(let members)? = value else { return nil }
        let texts = members.compactMapValues(\.text)
        return texts.count == members.count ? texts : nil
    }

    // MARK: Neuron

    private func neuronData(only wanted: Set<String>?) -> JSONValue {
        let chosen = nodes.filter { wanted?.contains($0.name) ?? true }
        let groups = chosen.flatMap { node in
            node.groups.map { group -> JSONValue in
                [
                    "driver": .string(node.name), "group": .string(group.name),
                    "interval": .integer(Int64(group.interval)),
                ]
            }
        }
        let tags = chosen.flatMap { node in
            node.groups.map { group -> JSONValue in
                ["driver": .string(node.name), "group": .string(group.name), "tags": .array(group.tags)]
            }
        }
        let subscriptions = chosen.flatMap { node in
            node.subscriptions.map { subscription -> JSONValue in
                .object(
                    subscription.others.merging([
                        "app": .string(node.name), "driver": .string(subscription.driver),
                        "group": .string(subscription.group),
                    ]) { $1 })
            }
        }
        let settings = chosen.compactMap { node in
            node.parameters.map { JSONValue.object(["node": .string(node.name), "params": $0]) }
        }
        return [
            "nodes": .array(chosen.map { ["name": .string($0.name), "plugin": .string($0.plugin)] }),
            "groups": .array(groups), "tags": .array(tags), "subscriptions": .array(subscriptions),
            "settings": .array(settings),
        ]
    }

    private mutating func takeNeuron(_ data: JSONValue) -> Bool {
        var taken: [SimulatedNode] = []
        for node in data["nodes"]?.elements ?? [] {
            guard let name = node["name"]?.text, let plugin = node["plugin"]?.text,
                let type = SimulatedPlugin.all.first(where: { $0.name == plugin })?.type
            else { return false }
            taken.append(
                SimulatedNode(name: name, plugin: plugin, type: type, running: .initial, link: 0, setting: .none))
        }
        guard Self.takeSettings(data, &taken), Self.takeGroups(data, &taken), Self.takeSubscriptions(data, &taken)
        else { return false }
        nodes = taken
        return true
    }

    private static func find(_ name: JSONValue?, _ nodes: [SimulatedNode]) -> Int? {
        name?.text.flatMap { name in nodes.firstIndex { $0.name == name } }
    }

    private static func takeSettings(_ data: JSONValue, _ nodes: inout [SimulatedNode]) -> Bool {
        for setting in data["settings"]?.elements ?? [] {
            guard let node = find(setting["node"], nodes), let parameters = setting["params"] else { return false }
            nodes[node].setting = .given(parameters)
            (nodes[node].running, nodes[node].link) = (.running, 1)
        }
        return true
    }

    private static func takeGroups(_ data: JSONValue, _ nodes: inout [SimulatedNode]) -> Bool {
        for group in data["groups"]?.elements ?? [] {
            guard let node = find(group["driver"], nodes), let name = group["group"]?.text else { return false }
            let lists = (data["tags"]?.elements ?? []).filter {
                $0["driver"] == group["driver"] && $0["group"] == group["group"]
            }
            nodes[node].groups.append(
                SimulatedGroup(
                    name: name, interval: group["interval"]?.int ?? 1000,
                    tags: lists.flatMap { $0["tags"]?.elements ?? [] }))
        }
        return true
    }

    private static func takeSubscriptions(_ data: JSONValue, _ nodes: inout [SimulatedNode]) -> Bool {
        for entry in data["subscriptions"]?.elements ?? [] {
            guard let node = find(entry["app"], nodes), let subscription = subscription(entry) else { return false }
            nodes[node].subscriptions.append(subscription)
        }
        return true
    }
}
