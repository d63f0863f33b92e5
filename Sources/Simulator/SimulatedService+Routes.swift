import Foundation

// The table of what a simulated service answers; unknown paths give a web page, as the real one does.

extension SimulatedService {
    mutating func respond(to request: SimulatedRequest, at now: Double) -> SimulatedResponse {
        let parts = request.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        guard parts.first == "api" else { return respondOutsideAPI(request) }
        switch parts.dropFirst().first {
        case "neuron": return respondAsNeuron(request, Array(parts.dropFirst(2)), at: now)
        case "ekuiper": return respondAsEKuiper(request, Array(parts.dropFirst(2)), at: now)
        default: return respondAsShell(request, parts.dropFirst().joined(separator: "/"), at: now)
        }
    }

    private func respondOutsideAPI(_ request: SimulatedRequest) -> SimulatedResponse {
        switch request.path {
        case "/": SimulatedResponse(status: 302, headers: [("Location", "web/")])
        case "/web", "/web/":
            .text(SimulatedPage.html(name: blueprint.name, version: version), type: "text/html; charset=utf-8")
        default: .page(status: 404, title: "Not Found")
        }
    }

    /// What NeuronEX itself answers, around Neuron and eKuiper.
    private mutating func respondAsShell(
        _ request: SimulatedRequest, _ path: String, at now: Double
    ) -> SimulatedResponse {
        switch (request.method, path) {
        case ("GET", "version"): return .json(["version": .string(version)])
        case ("GET", "system"): return system(at: now)
        case ("GET", "status/liveness"):
            let records = records(at: now)
            return .json(["liveness": ["in": .integer(records.in), "out": .integer(records.out)]])
        case ("GET", "process/status"): return .json(["ekuiper": "running", "neuron": "running"])
        case ("GET", "license"): return license
        case ("GET", "license/tag"): return .json(["usedTags": .integer(Int64(usedTags))])
        case ("GET", "log"): return .json(["level": .string(logLevel)])
        case ("POST", "log"): return setLogLevel(request)
        case ("GET", "log/neuronex"), ("GET", "log/neuron"), ("GET", "log/ekuiper"): return log(path, at: now)
        case ("GET", "template"): return template
        case ("POST", "template"): return apply(template: request.json)
        case ("POST", "plugin/portable"): return addPortablePlugin(request)
        default: return .page(status: 404, title: "Not Found")
        }
    }

    private func system(at now: Double) -> SimulatedResponse {
        let running = JSONValue.string(String(uptime(at: now)))
        return .json([
            "version": .string(version), "systemStatus": "0", "neuronRunningTime": running, "neuronStatus": "0",
            "neuronMemoryUsed": "8364032", "neuronMemoryTotal": "4125425664", "ekuiperRunningTime": running,
            "ekuiperStatus": "0", "ekuiperMemoryUsed": "84316160", "ekuiperMemoryTotal": "4125425664",
            "submoduleStatus": ["alert": false, "monitor": false, "syslog": false],
            "hwToken": "m/djk5abRRToVTyBBCXkUVyMumgbYmo2PdwdjnVeqn8=", "os": "Debian GNU/Linux 12",
            "kernel": "6.1.0", "arch": "x86_64", "clib": "glibc-2.36",
        ])
    }

    private var license: SimulatedResponse {
        .json([
            "licenseType": "TRIAL", "customerName": "Edgewright", "customerContact": "", "expired": false,
            "startDate": "2026-01-01 00:00:00", "expiredDate": "2126-01-01 00:00:00",
            "totalTagCount": .integer(Int64(blueprint.licensedTags)), "usedTagCount": .integer(Int64(usedTags)),
            "enabledPlugins": .array(Set(nodes.map(\.plugin)).sorted().map(JSONValue.string)),
            "hardwareToken": "", "ekuiperOn": true, "officialEmail": "",
        ])
    }

    private mutating func setLogLevel(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let level = request.json?["level"]?.text else { return .error(1002, status: 400) }
        logLevel = level
        return .json([:])
    }

    private func log(_ path: String, at now: Double) -> SimulatedResponse {
        let lines = (0..<20).map { "time=\(Int(now) - 20 + $0) level=\(logLevel) msg=\"\(path) is well\"" }
        return .text(lines.joined(separator: "\n") + "\n")
    }

    private var template: SimulatedResponse {
        .json([
            "nodes": .array(nodes.map(Self.exported)), "rules": .array(rules.map(\.definition)),
            "streams": .object(streams),
        ])
    }

    private static func exported(_ node: ServiceBlueprint.Node) -> JSONValue {
        [
            "name": .string(node.name), "plugin": .string(node.plugin), "type": .integer(Int64(node.type)),
            "params": node.setting,
            "groups": .array(
                node.groups.map {
                    ["group": .string($0.name), "interval": .integer(Int64($0.interval)), "tags": .array($0.tags)]
                }),
        ]
    }

    private mutating func apply(template: JSONValue?) -> SimulatedResponse {
        guard let template, let given = template["nodes"]?.elements else { return .error(1002, status: 400) }
        nodes = given.compactMap { node in
            guard let name = node["name"]?.text, let plugin = node["plugin"]?.text else { return nil }
            return ServiceBlueprint.Node(
                name: name, plugin: plugin, type: node["type"]?.int ?? 1, tags: 0, setting: node["params"] ?? [:],
                groups: (node["groups"]?.elements ?? []).map {
                    ServiceBlueprint.Group(
                        name: $0["group"]?.text ?? "", interval: $0["interval"]?.int ?? 1000,
                        tags: $0["tags"]?.elements ?? [])
                })
        }
        rules = (template["rules"]?.elements ?? []).compactMap { rule in
            rule["id"]?.text.map { ServiceBlueprint.Rule(id: $0, definition: rule) }
        }
        if case .object(let given)? = template["streams"] { streams = given }
        return .json([:])
    }

    private mutating func addPortablePlugin(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let plugin = request.json, let name = plugin["name"]?.text else { return .error(1002, status: 400) }
        guard portablePlugins[name] == nil else { return .json(["message": "plugin exists"], status: 400) }
        portablePlugins[name] = plugin
        return .json([:], status: 201)
    }
}

/// The simulated service's own page: enough to see that pages work through the tunnel.
enum SimulatedPage {
    static func html(name: String, version: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>\(name)</title>
        <style>body{font:16px system-ui;margin:3rem auto;max-width:40rem;color:#223}td{padding:.2rem 1rem .2rem 0}</style>
        </head><body><h1>\(name)</h1><p>Simulated NeuronEX \(version)</p>
        <table id="nodes"><tbody></tbody></table><p id="socket">WebSocket: connecting…</p>
        <script>
        fetch("../api/neuron/node/state").then(r => r.json()).then(answer => {
          for (const node of answer.states) {
            const row = document.querySelector("#nodes tbody").insertRow();
            row.insertCell().textContent = node.node;
            row.insertCell().textContent = node.running === 3 ? "running" : "stopped";
            row.insertCell().textContent = node.link === 1 ? "connected" : "disconnected";
          }
        });
        const place = new URL("../api/ws/echo", location.href);
        place.protocol = place.protocol.replace("http", "ws");
        const socket = new WebSocket(place);
        socket.onopen = () => socket.send("hello");
        socket.onmessage = m => { document.getElementById("socket").textContent = "WebSocket: " + m.data; };
        socket.onerror = () => { document.getElementById("socket").textContent = "WebSocket: failed"; };
        </script></body></html>
        """
    }
}
