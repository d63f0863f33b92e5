import Foundation

// What Neuron answers inside NeuronEX: shapes as the published API has them, codes and statuses as a running 2.15 was
// seen to use them.

extension SimulatedService {
    static let neuronRoutes = nodeRoutes + groupRoutes + subscriptionRoutes + metricRoutes

    private static let nodeRoutes = [
        SimulatedRoute("GET", "/api/neuron/node/state") { $0.nodeStates($1) },
        SimulatedRoute("GET", "/api/neuron/node") { $0.listNodes($1) },
        SimulatedRoute("POST", "/api/neuron/node") { $0.addNode($1) },
        SimulatedRoute("PUT", "/api/neuron/node") { $0.renameNode($1) },
        SimulatedRoute("DELETE", "/api/neuron/node") { $0.deleteNode($1) },
        SimulatedRoute("GET", "/api/neuron/node/setting") { $0.nodeSetting($1) },
        SimulatedRoute("POST", "/api/neuron/node/setting") { $0.setNodeSetting($1) },
        SimulatedRoute("POST", "/api/neuron/node/ctl") { $0.controlNode($1) },
        SimulatedRoute("PUT", "/api/neuron/log/level") { $0.setNodeLogLevel($1) },
        SimulatedRoute("GET", "/api/neuron/plugin") { _, _ in
            .json(["plugins": .array(SimulatedPlugin.all.map(\.json))])
        },
    ]

    private static let noSuchNode = SimulatedResponse.error(2003, status: 404)

    private func nodeStates(_ request: SimulatedRequest) -> SimulatedResponse {
        func state(_ node: SimulatedNode) -> [String: JSONValue] {
            [
                "running": .integer(Int64(node.running.rawValue)), "link": .integer(Int64(node.link)),
                "rtt": node.link == 1 ? 5 : 9999, "log_level": .string(node.logLevel),
            ]
        }
        if let name = request.query["node"], !name.isEmpty {
            guard let node = shownNodes.first(where: { $0.name == name }) else { return Self.noSuchNode }
            return .json(.object(state(node).merging(["neuron_core": "notice"]) { $1 }))
        }
        let states = shownNodes.map { JSONValue.object(state($0).merging(["node": .string($0.name)]) { $1 }) }
        return .json(["states": .array(states), "neuron_core": "notice"])
    }

    private func listNodes(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let type = request.query["type"].flatMap({ Int($0) }), type == 1 || type == 2 else {
            return .badParameter
        }
        func fits(_ filter: String, _ value: String) -> Bool {
            request.query[filter].map { $0.isEmpty || $0 == value } ?? true
        }
        let listed = nodes.filter { $0.type == type && fits("plugin", $0.plugin) && fits("node", $0.name) }
        return .json([
            "nodes": .array(
                listed.map {
                    ["name": .string($0.name), "plugin": .string($0.plugin), "support_import_tags": false, "tags": ""]
                })
        ])
    }

    private mutating func addNode(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let name = request["name"]?.text, let plugin = request["plugin"]?.text else { return .badBody }
        guard name.utf8.count <= 128 else { return .error(2010, status: 400) }
        guard index(of: name) == nil else { return .error(2002, status: 409) }
        guard let type = SimulatedPlugin.all.first(where: { $0.name == plugin })?.type else {
            return .error(2301, status: 404)
        }
        guard let parameters = request["params"] else {
            nodes.append(
                SimulatedNode(name: name, plugin: plugin, type: type, running: .initial, link: 0, setting: .none))
            return .ok
        }
        guard case .object = parameters else { return .error(2004, status: 400) }
        nodes.append(SimulatedNode(name: name, plugin: plugin, type: type, setting: .given(parameters)))
        return .ok
    }

    private mutating func renameNode(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let old = request["name"]?.text, let new = request["new_name"]?.text else { return .badBody }
        guard let node = index(of: old) else { return Self.noSuchNode }
        guard !new.isEmpty else { return .error(2015, status: 400) }
        guard index(of: new) == nil else { return .error(2002, status: 409) }
        nodes[node].name = new
        forEachSubscription {
            $0.driver == old ? SimulatedSubscription(driver: new, group: $0.group, others: $0.others) : $0
        }
        return .ok
    }

    private mutating func deleteNode(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let name = request["name"]?.text else { return .badBody }
        guard let node = index(of: name) else { return Self.noSuchNode }
        nodes.remove(at: node)
        forEachSubscription { $0.driver == name ? nil : $0 }
        return .ok
    }

    private func nodeSetting(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let name = request.query["node"] else { return .badParameter }
        guard let node = index(of: name) else { return Self.noSuchNode }
        // One of the errors that come with status 200.
        guard let parameters = nodes[node].parameters else { return .error(2005, status: 200) }
        return .json(["node": .string(name), "params": parameters])
    }

    private mutating func setNodeSetting(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let name = request["node"]?.text, let parameters = request["params"] else { return .badBody }
        guard let node = index(of: name) else { return Self.noSuchNode }
        guard case .object = parameters else { return .error(2004, status: 400) }
        nodes[node].setting = .given(parameters)
        // A node with settings starts by itself; one that was stopped stays so.
        if nodes[node].running == .initial { (nodes[node].running, nodes[node].link) = (.running, 1) }
        return .ok
    }

    private mutating func controlNode(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let name = request["node"]?.text, let command = request["cmd"]?.int else { return .badBody }
        guard let node = index(of: name) else { return Self.noSuchNode }
        switch (command, nodes[node].running) {
        case (0, .initial): return .error(2006, status: 409)
        case (0, .running): return .error(2007, status: 409)
        case (0, _): (nodes[node].running, nodes[node].link) = (.running, 1)
        case (1, .stopped): return .error(2009, status: 409)
        case (1, .initial), (1, .ready): return .error(2008, status: 409)
        case (1, _): (nodes[node].running, nodes[node].link) = (.stopped, 0)
        // Other commands are taken and do nothing.
        default: break
        }
        return .ok
    }

    private mutating func setNodeLogLevel(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let level = request["level"]?.text else { return .badBody }
        guard ["debug", "info", "notice", "warn", "error", "fatal"].contains(level) else { return .badParameter }
        guard let name = request["node"]?.text else { return .ok }
        guard let node = index(of: name) else { return Self.noSuchNode }
        nodes[node].logLevel = level
        return .ok
    }

    /// Keeps, changes or takes away every subscription.
    mutating func forEachSubscription(_ body: (SimulatedSubscription) -> SimulatedSubscription?) {
        for index in nodes.indices { nodes[index].subscriptions = nodes[index].subscriptions.compactMap(body) }
    }
}
