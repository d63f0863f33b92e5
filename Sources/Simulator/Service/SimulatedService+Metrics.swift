import Foundation

// What Neuron counts, as Prometheus reads it.

extension SimulatedService {
    static let metricRoutes = [
        SimulatedRoute("GET", "/api/neuron/metrics") { $0.metrics($1) },
        SimulatedRoute("GET", "/api/neuron/version") { _, _ in
            .json(["version": "2.11.3", "revision": "N/A", "build_date": "2026-01-01"])
        },
    ]

    private func metrics(_ request: SimulatedRequest) -> SimulatedResponse {
        let category = request.query["category"] ?? ""
        guard ["", "global", "driver", "app"].contains(category) else { return .text("", status: 400) }
        let name = request.query["node"] ?? ""
        let shown = shownNodes.filter { name.isEmpty || $0.name == name }
        guard name.isEmpty || !shown.isEmpty else { return .text("", status: 404) }
        var text = MetricText()
        if ["", "global"].contains(category), name.isEmpty { addGlobal(&text, at: request.time) }
        if ["", "driver"].contains(category) { addDrivers(&text, shown.filter { $0.type == 1 }) }
        if ["", "app"].contains(category) { addApps(&text, shown.filter { $0.type == 2 }) }
        return .text(text.lines)
    }

    private func addGlobal(_ text: inout MetricText, at now: Double) {
        text.add("os_info", "gauge", 0, "version=\"Debian GNU/Linux 12\"")
        text.add("cpu_percent", "gauge", 4)
        text.add("cpu_cores", "counter", 2)
        text.add("mem_total_bytes", "counter", 4_125_425_664)
        text.add("mem_used_bytes", "gauge", 92_680_248)
        text.add("core_dumped", "gauge", 0)
        text.add("uptime_seconds", "counter", uptime(at: now))
        for (side, type) in [("north", 2), ("south", 1)] {
            let sided = shownNodes.filter { $0.type == type }
            text.add("\(side)_nodes_total", "gauge", Int64(sided.count))
            text.add("\(side)_running_nodes_total", "gauge", Int64(sided.count { $0.running == .running }))
            text.add("\(side)_disconnected_nodes_total", "gauge", Int64(sided.count { $0.link == 0 }))
        }
    }

    private func addDrivers(_ text: inout MetricText, _ drivers: [SimulatedNode]) {
        addStates(&text, drivers)
        for node in drivers {
            let label = "node=\"\(node.name)\""
            text.add("last_rtt_ms", "gauge", node.link == 1 ? 5 : 9999, label)
            text.add("tags_total", "gauge", Int64(node.tagCount), label)
            text.add("tag_reads_total", "counter", recordsIn / Int64(max(1, drivers.count)), label)
            text.add("tag_read_errors_total", "counter", 0, label)
            for group in node.groups {
                text.add("group_tags_total", "gauge", Int64(group.tagCount), "\(label),group=\"\(group.name)\"")
            }
        }
    }

    private func addApps(_ text: inout MetricText, _ apps: [SimulatedNode]) {
        addStates(&text, apps)
        for node in apps {
            let label = "node=\"\(node.name)\""
            text.add("send_msgs_total", "counter", recordsIn / Int64(max(1, apps.count)), label)
            text.add("send_msg_errors_total", "counter", 0, label)
            text.add("recv_msgs_total", "counter", 0, label)
        }
    }

    private func addStates(_ text: inout MetricText, _ nodes: [SimulatedNode]) {
        for node in nodes {
            let label = "node=\"\(node.name)\""
            text.add("node_type", "gauge", Int64(node.type), label)
            text.add("link_state", "gauge", Int64(node.link), label)
            text.add("running_state", "gauge", Int64(node.running.rawValue), label)
        }
    }
}

/// Samples by name, each name said once, as the text format wants it.
private struct MetricText {
    private var names: [String] = []
    private var samples: [String: [String]] = [:]

    mutating func add(_ name: String, _ kind: String, _ value: Int64, _ labels: String = "") {
        if samples[name] == nil {
            names.append(name)
            samples[name] = ["# HELP \(name) Simulated", "# TYPE \(name) \(kind)"]
        }
        samples[name]?.append(labels.isEmpty ? "\(name) \(value)" : "\(name){\(labels)} \(value)")
    }

    var lines: String { names.flatMap { samples[$0] ?? [] }.map { $0 + "\n" }.joined() }
}
