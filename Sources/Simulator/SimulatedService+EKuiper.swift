import Foundation

// What eKuiper answers inside NeuronEX.

extension SimulatedService {
    mutating func respondAsEKuiper(_ request: SimulatedRequest, _ path: [String], at now: Double) -> SimulatedResponse {
        switch (request.method, path.first, path.count) {
        case ("GET", nil, _):
            .json(["version": "2.0.1", "os": "linux", "arch": "amd64", "upTimeSeconds": .integer(uptime(at: now))])
        case ("GET", "ping", 1): .text("")
        case ("GET", "rules", 1): listRules()
        case ("POST", "rules", 1): createRule(request)
        case (_, "rules", 2): rule(request, path[1])
        case (_, "rules", 3): operate(request, rule: path[1], path[2], at: now)
        case ("GET", "streams", 1): .json(.array(streams.keys.sorted().map(JSONValue.string)))
        case ("POST", "streams", 1): createStream(request)
        case ("GET", "streams", 2): streams[path[1]].map { .json($0) } ?? .page(status: 404, title: "Not Found")
        case ("DELETE", "streams", 2): deleteStream(path[1])
        case ("GET", "metrics", 1): .text("# TYPE kuiper_rule_status gauge\nkuiper_rule_status \(rules.count)\n")
        default: .page(status: 404, title: "Not Found")
        }
    }

    private func listRules() -> SimulatedResponse {
        .json(
            .array(
                rules.map { rule in
                    ["id": .string(rule.id), "name": .string(rule.id), "status": .string(status(of: rule))]
                }))
    }

    private mutating func createRule(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let definition = request.json, let id = definition["id"]?.text, definition["sql"]?.text != nil else {
            return .json(["error": 1000, "message": "invalid rule"], status: 400)
        }
        guard !rules.contains(where: { $0.id == id }) else {
            return .json(["error": 1000, "message": .string("rule \(id) already exists")], status: 400)
        }
        rules.append(ServiceBlueprint.Rule(id: id, definition: definition))
        return .text("Rule \(id) was created successfully.", status: 201)
    }

    private mutating func rule(_ request: SimulatedRequest, _ id: String) -> SimulatedResponse {
        guard let index = rules.firstIndex(where: { $0.id == id }) else { return missing(id) }
        switch request.method {
        case "GET":
            return .json(rules[index].definition)
        case "PUT":
            guard let definition = request.json else { return .json(["message": "invalid rule"], status: 400) }
            rules[index].definition = definition
            return .text("Rule \(id) was updated successfully.")
        case "DELETE":
            rules.remove(at: index)
            return .text("Rule \(id) is dropped.")
        default:
            return .page(status: 405, title: "Method Not Allowed")
        }
    }

    private mutating func operate(
        _ request: SimulatedRequest, rule id: String, _ verb: String, at now: Double
    ) -> SimulatedResponse {
        guard let index = rules.firstIndex(where: { $0.id == id }) else { return missing(id) }
        switch (request.method, verb) {
        case ("POST", "start"), ("POST", "restart"):
            rules[index].running = true
            return .text("Rule \(id) was started")
        case ("POST", "stop"):
            rules[index].running = false
            return .text("Rule \(id) was stopped.")
        case ("GET", "status"):
            let count = JSONValue.integer(rules[index].running ? uptime(at: now) * 2 : 0)
            return .json([
                "status": .string(status(of: rules[index])), "source_neuron_0_records_in_total": count,
                "source_neuron_0_records_out_total": count, "source_neuron_0_exceptions_total": 0,
                "sink_log_0_0_records_in_total": count, "sink_log_0_0_records_out_total": count,
            ])
        case ("GET", "topo"):
            return .json(["sources": ["source_neuron"], "edges": ["source_neuron": ["sink_log_0"]]])
        default:
            return .page(status: 404, title: "Not Found")
        }
    }

    private func missing(_ id: String) -> SimulatedResponse {
        .json(["error": 1002, "message": .string("Rule \(id) is not found")], status: 404)
    }

    private mutating func createStream(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let statement = request.json?["sql"]?.text else { return .json(["message": "invalid"], status: 400) }
        let words = statement.split(separator: " ").map(String.init)
        guard words.count > 2, words[0].lowercased() == "create" else {
            return .json(["message": "invalid"], status: 400)
        }
        streams[words[2]] = request.json
        return .text("Stream \(words[2]) is created.", status: 201)
    }

    private mutating func deleteStream(_ name: String) -> SimulatedResponse {
        guard streams.removeValue(forKey: name) != nil else { return .page(status: 404, title: "Not Found") }
        return .text("Stream \(name) is dropped.")
    }
}
