import Foundation

// What eKuiper answers inside NeuronEX.

extension SimulatedService {
    static let ekuiperRoutes =
        [
            SimulatedRoute("GET", "/api/ekuiper") { $0.ekuiper($1) },
            SimulatedRoute("GET", "/api/ekuiper/ping") { _, _ in .text("") },
            SimulatedRoute("GET", "/api/ekuiper/metrics") { $0.ekuiperMetrics($1) },
            SimulatedRoute("GET", "/api/ekuiper/rules") { $0.listRules($1) },
            SimulatedRoute("POST", "/api/ekuiper/rules") { $0.createRule($1) },
            SimulatedRoute("POST", "/api/ekuiper/rules/validate") { $0.validateRule($1) },
            SimulatedRoute("GET", "/api/ekuiper/rules/{}") { $0.rule($1) },
            SimulatedRoute("PUT", "/api/ekuiper/rules/{}") { $0.updateRule($1) },
            SimulatedRoute("DELETE", "/api/ekuiper/rules/{}") { $0.dropRule($1) },
            SimulatedRoute("POST", "/api/ekuiper/rules/{}/start") { $0.switchRule($1, on: true, "started") },
            SimulatedRoute("POST", "/api/ekuiper/rules/{}/restart") { $0.switchRule($1, on: true, "restarted") },
            SimulatedRoute("POST", "/api/ekuiper/rules/{}/stop") { $0.switchRule($1, on: false, "stopped.") },
            SimulatedRoute("GET", "/api/ekuiper/rules/{}/status") { $0.ruleStatus($1) },
            SimulatedRoute("GET", "/api/ekuiper/rules/{}/topo") { $0.ruleTopology($1) },
            SimulatedRoute("GET", "/api/ekuiper/plugins/{}") { service, request in
                .json(.array((service.plugins[request.names[0]] ?? [:]).keys.sorted().map(JSONValue.string)))
            },
            SimulatedRoute("POST", "/api/ekuiper/plugins/{}") { $0.createPlugin($1) },
            SimulatedRoute("GET", "/api/ekuiper/plugins/{}/{}") { $0.plugin($1) },
            SimulatedRoute("DELETE", "/api/ekuiper/plugins/{}/{}") { $0.dropPlugin($1) },
        ] + relationRoutes

    private func ekuiper(_ request: SimulatedRequest) -> SimulatedResponse {
        .json([
            "version": "2.0.1", "os": "linux", "arch": "amd64", "upTimeSeconds": .integer(uptime(at: request.time)),
        ])
    }

    private func ekuiperMetrics(_ request: SimulatedRequest) -> SimulatedResponse {
        let samples = shownRules.map { "kuiper_rule_status{rule=\"\($0.id)\"} \($0.isRunning ? 1 : 0)\n" }
        return .text("# TYPE kuiper_rule_status gauge\n" + samples.joined())
    }

    // MARK: Rules

    private func listRules(_ request: SimulatedRequest) -> SimulatedResponse {
        .json(
            .array(
                shownRules.map { ["id": .string($0.id), "name": .string($0.id), "status": .string($0.status)] }))
    }

    private static func noSuchRule(_ id: String) -> SimulatedResponse {
        .ekuiper("Rule \(id) is not found", isMissing: true)
    }

    private func position(_ request: SimulatedRequest) -> Int? { rules.firstIndex { $0.id == request.names[0] } }

    private static func isRule(_ definition: JSONValue) -> Bool {
        definition["sql"]?.text?.isEmpty == false && definition["actions"]?.elements?.isEmpty == false
    }

    private mutating func createRule(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let definition = request.json, let id = definition["id"]?.text, Self.isRule(definition) else {
            return .ekuiper("create rule error: invalid rule json: id, sql and actions are required")
        }
        guard !rules.contains(where: { $0.id == id }) else {
            return .ekuiper("create rule error: rule \(id) already exists")
        }
        rules.append(SimulatedRule(id: id, definition: definition))
        return .text("Rule \(id) was created successfully.", status: 201)
    }

    private func validateRule(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let definition = request.json, Self.isRule(definition) else {
            return .ekuiper("validate rule error: sql and actions are required")
        }
        return .json(["sources": ["neuronStream"], "valid": true])
    }

    private func rule(_ request: SimulatedRequest) -> SimulatedResponse {
        position(request).map { .json(rules[$0].definition) } ?? Self.noSuchRule(request.names[0])
    }

    private mutating func updateRule(_ request: SimulatedRequest) -> SimulatedResponse {
        let id = request.names[0]
        guard let definition = request.json, Self.isRule(definition) else {
            return .ekuiper("update rule error: sql and actions are required")
        }
        guard let index = position(request) else { return Self.noSuchRule(id) }
        rules[index].definition = definition
        return .text("Rule \(id) was updated successfully.")
    }

    private mutating func dropRule(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let index = position(request) else { return Self.noSuchRule(request.names[0]) }
        rules.remove(at: index)
        return .text("Rule \(request.names[0]) is dropped.")
    }

    private mutating func switchRule(_ request: SimulatedRequest, on: Bool, _ verb: String) -> SimulatedResponse {
        guard let index = position(request) else { return Self.noSuchRule(request.names[0]) }
        rules[index].isRunning = on
        if !on { rules[index].stoppedBecause = "Stopped: canceled manually." }
        return .text("Rule \(request.names[0]) was \(verb)")
    }

    private func ruleStatus(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let index = position(request) else { return Self.noSuchRule(request.names[0]) }
        let rule = shownRules[index]
        let count = JSONValue.integer(rule.isRunning ? uptime(at: request.time) * 2 : 0)
        return .json([
            "status": .string(rule.status), "source_neuronStream_0_records_in_total": count,
            "source_neuronStream_0_records_out_total": count, "source_neuronStream_0_exceptions_total": 0,
            "sink_log_0_0_records_in_total": count, "sink_log_0_0_records_out_total": count,
            "sink_log_0_0_exceptions_total": 0,
        ])
    }

    private func ruleTopology(_ request: SimulatedRequest) -> SimulatedResponse {
        guard position(request) != nil else { return Self.noSuchRule(request.names[0]) }
        return .json([
            "sources": ["source_neuronStream"],
            "edges": ["source_neuronStream": ["op_2_project"], "op_2_project": ["sink_log_0"]],
        ])
    }

    // MARK: Plugins

    private mutating func createPlugin(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let plugin = request.json, let name = plugin["name"]?.text, plugin["file"]?.text != nil else {
            return .ekuiper("Invalid body: name and file are required")
        }
        guard plugins[request.names[0]]?[name] == nil else { return .ekuiper("plugin \(name) already exists") }
        plugins[request.names[0], default: [:]][name] = plugin
        return .text("\(request.names[0]) plugin \(name) is created", status: 201)
    }

    private func plugin(_ request: SimulatedRequest) -> SimulatedResponse {
        plugins[request.names[0]]?[request.names[1]].map { .json($0) }
            ?? .ekuiper("plugin \(request.names[1]) is not found", isMissing: true)
    }

    private mutating func dropPlugin(_ request: SimulatedRequest) -> SimulatedResponse {
        guard plugins[request.names[0]]?.removeValue(forKey: request.names[1]) != nil else {
            return .ekuiper("plugin \(request.names[1]) is not found", isMissing: true)
        }
        return .text("\(request.names[0]) plugin \(request.names[1]) is deleted")
    }
}
