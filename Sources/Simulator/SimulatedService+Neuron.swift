import Foundation

// What Neuron answers inside NeuronEX: names, codes and statuses as a running 2.15 was seen to use them.

extension SimulatedService {
    mutating func respondAsNeuron(_ request: SimulatedRequest, _ path: [String], at now: Double) -> SimulatedResponse {
        switch (request.method, path.joined(separator: "/")) {
        case ("GET", "node/state"): nodeStates(request)
        case ("GET", "node"): listNodes(request)
        case ("POST", "node"): addNode(request)
        case ("PUT", "node"): renameNode(request)
        case ("DELETE", "node"): deleteNode(request)
        case ("GET", "node/setting"): nodeSetting(request)
        case ("POST", "node/setting"): setNodeSetting(request)
        case ("POST", "node/ctl"): controlNode(request)
        case ("GET", "group"): listGroups(request)
        case ("POST", "group"): addGroup(request)
        case ("DELETE", "group"): deleteGroup(request)
        case ("GET", "tags"): listTags(request)
        case ("POST", "tags"): addTags(request)
        case ("GET", "subscribe"): listSubscriptions(request)
        case ("POST", "subscribe"): subscribe(request)
        case ("GET", "plugin"): .json(["plugins": .array(plugins)])
        case ("GET", "version"): .json(["version": "2.11.3", "revision": "N/A", "build_date": "2026-01-01"])
        case ("PUT", "log/level"): setNodeLogLevel(request)
        case ("GET", "metrics"): metrics(request, at: now)
        case ("POST", "read"): .json(["tags": []])
        case ("POST", "write"): .ok
        default: .page(status: 404, title: "Not Found")
        }
    }

    private func index(of name: String?) -> Int? { name.flatMap { name in nodes.firstIndex { $0.name == name } } }

    private func nodeStates(_ request: SimulatedRequest) -> SimulatedResponse {
        let shown = shownNodes
        func state(_ node: ServiceBlueprint.Node) -> [String: JSONValue] {
            [
                "running": .integer(Int64(node.running)), "link": .integer(Int64(node.link)),
                "rtt": .integer(node.link == 1 ? 5 : 9999), "log_level": .string(node.logLevel),
            ]
        }
        if let name = request.query["node"], !name.isEmpty {
            guard let node = shown.first(where: { $0.name == name }) else { return .error(2003, status: 404) }
            return .json(.object(state(node).merging(["neuron_core": "notice"]) { first, _ in first }))
        }
        let states = shown.map { JSONValue.object(state($0).merging(["node": .string($0.name)]) { first, _ in first }) }
        return .json(["states": .array(states), "neuron_core": "notice"])
    }

    private func listNodes(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let type = request.query["type"].flatMap({ Int($0) }), type == 1 || type == 2 else {
            return .error(1003, status: 400)
        }
        let listed = nodes.filter { $0.type == type }.map { node -> JSONValue in
            ["name": .string(node.name), "plugin": .string(node.plugin), "support_import_tags": false, "tags": ""]
        }
        return .json(["nodes": .array(listed)])
    }

    private mutating func addNode(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let name = request.json?["name"]?.text, let plugin = request.json?["plugin"]?.text else {
            return .error(1002, status: 400)
        }
        guard name.utf8.count <= 128 else { return .error(2010, status: 400) }
        guard index(of: name) == nil else { return .error(2002, status: 409) }
        let isNorth = ["MQTT", "eKuiper", "Kafka", "WebSocket", "SparkPlugB"].contains(plugin)
        let setting = request.json?["params"]
        nodes.append(
            ServiceBlueprint.Node(
                name: name, plugin: plugin, type: isNorth ? 2 : 1, running: setting == nil ? 1 : 3,
                link: setting == nil ? 0 : 1, tags: 0, setting: setting ?? [:]))
        return .ok
    }

    private mutating func renameNode(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let node = index(of: request.json?["name"]?.text) else { return .error(2003, status: 404) }
        guard let name = request.json?["new_name"]?.text, !name.isEmpty else { return .error(2015, status: 400) }
        guard index(of: name) == nil else { return .error(2002, status: 409) }
        nodes[node].name = name
        return .ok
    }

    private mutating func deleteNode(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let node = index(of: request.json?["name"]?.text) else { return .error(2003, status: 404) }
        nodes.remove(at: node)
        return .ok
    }

    private func nodeSetting(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let node = index(of: request.query["node"]) else { return .error(2003, status: 404) }
        guard nodes[node].setting != [:] else { return .error(2005, status: 200) }
        return .json(["node": .string(nodes[node].name), "params": nodes[node].setting])
    }

    private mutating func setNodeSetting(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let node = index(of: request.json?["node"]?.text) else { return .error(2003, status: 404) }
        guard let setting = request.json?["params"] else { return .error(1002, status: 400) }
        nodes[node].setting = setting
        // A node with settings starts by itself.
        (nodes[node].running, nodes[node].link) = (3, 1)
        return .ok
    }

    private mutating func controlNode(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let node = index(of: request.json?["node"]?.text) else { return .error(2003, status: 404) }
        switch (request.json?["cmd"]?.int, nodes[node].running) {
        case (0, 3): return .error(2007, status: 409)
        case (1, 4): return .error(2009, status: 409)
        case (0, _): (nodes[node].running, nodes[node].link) = (3, 1)
        case (1, _): (nodes[node].running, nodes[node].link) = (4, 0)
        default: break
        }
        return .ok
    }

    private func listGroups(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let node = index(of: request.query["node"]) else { return .error(2003, status: 404) }
        let groups = nodes[node].groups.map { group -> JSONValue in
            [
                "name": .string(group.name), "interval": .integer(Int64(group.interval)),
                "tag_count": .integer(Int64(group.tags.count)),
            ]
        }
        return .json(["groups": .array(groups)])
    }

    private mutating func addGroup(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let name = request.json?["group"]?.text, let interval = request.json?["interval"]?.int else {
            return .error(1002, status: 400)
        }
        guard let node = index(of: request.json?["node"]?.text) else { return .error(2003, status: 404) }
        guard interval >= 30 else { return .error(2105, status: 400) }
        guard !nodes[node].groups.contains(where: { $0.name == name }) else { return .error(2104, status: 409) }
        nodes[node].groups.append(ServiceBlueprint.Group(name: name, interval: interval))
        return .ok
    }

    private mutating func deleteGroup(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let node = index(of: request.json?["node"]?.text) else { return .error(2003, status: 404) }
        guard let group = nodes[node].groups.firstIndex(where: { $0.name == request.json?["group"]?.text }) else {
            return .error(2106, status: 404)
        }
        nodes[node].groups.remove(at: group)
        return .ok
    }

    private func listTags(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let node = index(of: request.query["node"]) else { return .error(2003, status: 404) }
        guard let group = nodes[node].groups.first(where: { $0.name == request.query["group"] }) else {
            return .error(2106, status: 404)
        }
        return .json(["tags": .array(group.tags)])
    }

    private mutating func addTags(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let name = request.json?["group"]?.text, let tags = request.json?["tags"]?.elements else {
            return .error(1002, status: 400)
        }
        guard let node = index(of: request.json?["node"]?.text) else { return .error(2003, status: 404) }
        // A missing group is made, with Neuron's own interval.
        let group = nodes[node].groups.firstIndex { $0.name == name }
        if let group {
            nodes[node].groups[group].tags += tags
        } else {
            nodes[node].groups.append(ServiceBlueprint.Group(name: name, interval: 100, tags: tags))
        }
        return .json(["index": .integer(Int64(tags.count)), "error": 0])
    }

    private func listSubscriptions(_ request: SimulatedRequest) -> SimulatedResponse {
        let found = index(of: request.query["app"]).map { nodes[$0].subscriptions } ?? []
        return .json(["groups": .array(found)])
    }

    private mutating func subscribe(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let subscription = request.json, let app = index(of: subscription["app"]?.text) else {
            return .error(2003, status: 404)
        }
        guard !nodes[app].subscriptions.contains(subscription) else { return .error(2101, status: 200) }
        nodes[app].subscriptions.append(subscription)
        return .ok
    }

    private var plugins: [JSONValue] {
        let known = Set(nodes.map { "\($0.type):\($0.plugin)" }).sorted()
        return known.map { entry in
            let parts = entry.split(separator: ":", maxSplits: 1)
            return ["node_type": .integer(parts[0] == "1" ? 1 : 2), "name": .string(String(parts[1])), "kind": 1]
        }
    }

    private mutating func setNodeLogLevel(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let level = request.json?["level"]?.text else { return .error(1002, status: 400) }
        if let name = request.json?["node"]?.text {
            guard let node = index(of: name) else { return .error(2003, status: 404) }
            nodes[node].logLevel = level
        }
        return .ok
    }

    private func metrics(_ request: SimulatedRequest, at now: Double) -> SimulatedResponse {
        let category = request.query["category"] ?? ""
        guard ["", "global", "driver", "app"].contains(category) else { return .text("", status: 400) }
        var lines: [String] = []
        func gauge(_ name: String, _ value: Int64, _ labels: String = "") {
            lines.append("# HELP \(name) Simulated\n# TYPE \(name) gauge\n\(name)\(labels) \(value)")
        }
        let shown = shownNodes
        if category != "driver", category != "app" {
            lines.append("# TYPE os_info gauge\nos_info{version=\"Debian GNU/Linux 12\"} 0")
            gauge("cpu_percent", 4)
            gauge("cpu_cores", 2)
            gauge("mem_total_bytes", 4_125_425_664)
            gauge("mem_used_bytes", 92_680_248)
            gauge("core_dumped", 0)
            gauge("uptime_seconds", uptime(at: now))
            for (side, type) in [("north", 2), ("south", 1)] {
                let sided = shown.filter { $0.type == type }
                gauge("\(side)_nodes_total", Int64(sided.count))
                gauge("\(side)_running_nodes_total", Int64(sided.count { $0.running == 3 }))
                gauge("\(side)_disconnected_nodes_total", Int64(sided.count { $0.link == 0 }))
            }
        }
        for node in shown where category == "" || category == (node.type == 1 ? "driver" : "app") {
            let labels = "{node=\"\(node.name)\"}"
            gauge("node_type", Int64(node.type), labels)
            gauge("link_state", Int64(node.link), labels)
            gauge("running_state", Int64(node.running), labels)
            if node.type == 1 { gauge("tags_total", Int64(node.tags), labels) }
        }
        return .text(lines.joined(separator: "\n") + "\n")
    }
}
