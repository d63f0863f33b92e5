import Foundation

// What NeuronEX itself answers, around Neuron and eKuiper.

extension SimulatedService {
    static let shellRoutes =
        pageRoutes + userRoutes + templateRoutes + [
            SimulatedRoute("GET", "/api/version") { service, _ in .json(["version": .string(service.version)]) },
            SimulatedRoute("GET", "/api/system") { $0.system($1) },
            SimulatedRoute("GET", "/api/status/liveness") { service, _ in
                .json(["liveness": ["in": .integer(service.recordsIn), "out": .integer(service.recordsOut)]])
            },
            // The reference says nothing of what is in it.
            SimulatedRoute("GET", "/api/process/status") { _, _ in .json(["ekuiper": "running", "neuron": "running"]) },
            SimulatedRoute("GET", "/api/license") { service, _ in service.license },
            SimulatedRoute("GET", "/api/license/tag") { service, _ in
                .json(["usedTagCount": .integer(Int64(service.usedTags))])
            },
            SimulatedRoute("GET", "/api/log") { service, _ in .json(["level": .string(service.logLevel)]) },
            SimulatedRoute("POST", "/api/log") { $0.setLogLevel($1) },
            SimulatedRoute("GET", "/api/log/neuronex") { $0.log("neuronex", $1) },
            SimulatedRoute("GET", "/api/log/neuron") { $0.log("neuron", $1) },
            SimulatedRoute("GET", "/api/log/ekuiper") { $0.log("ekuiper", $1) },
            SimulatedRoute("GET", "/api/log/neuron/{}") { service, request in
                service.index(of: request.names[0]) == nil
                    ? .error(2003, status: 404) : service.log(request.names[0], request)
            },
            SimulatedRoute("GET", "/api/stream/clients") { service, _ in
                .json(.array(service.streamClients.sorted().map { ["clientAddress": .string($0)] }))
            },
            SimulatedRoute("POST", "/api/plugin/portable") { $0.addPortablePlugin($1) },
        ]

    private static let pageRoutes = [
        SimulatedRoute("GET", "/") { _, _ in SimulatedResponse(status: 302, location: "web/") },
        SimulatedRoute("GET", "/web") { service, _ in
            .text(
                SimulatedPage.html(name: service.blueprint.name, version: service.version),
                type: "text/html; charset=utf-8")
        },
    ]

    private func system(_ request: SimulatedRequest) -> SimulatedResponse {
        let running = JSONValue.string(String(uptime(at: request.time)))
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
            "enabledPlugins": .array(SimulatedPlugin.all.map { .string($0.name) }), "hardwareToken": "",
            "ekuiperOn": true, "officialEmail": "",
        ])
    }

    // MARK: Logs

    private mutating func setLogLevel(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let level = request["level"]?.text,
            ["trace", "debug", "info", "warn", "warning", "error", "fatal", "panic"].contains(level)
        else { return .failure("level must be a log level") }
        logLevel = level
        return .done
    }

    /// The last twenty seconds.
    private func log(_ program: String, _ request: SimulatedRequest) -> SimulatedResponse {
        let lines = (0..<20).map { logLine(program, number: $0, at: request.time - 20 + Double($0)) + "\n" }
        return .text(lines.joined())
    }

    /// A line of the streaming log; the three programs take turns.
    func streamedLine(_ number: Int, at now: Double) -> String {
        logLine(["neuronex", "neuron", "ekuiper"][number % 3], number: number, at: now)
    }

    private func logLine(_ program: String, number: Int, at time: Double) -> String {
        let stamp = Date(timeIntervalSince1970: time).formatted(.iso8601)
        return "\(stamp) \(program)[1]: level=\(logLevel) msg=\"\(blueprint.name) works\" number=\(number)"
    }

    // MARK: Plugins

    /// NeuronEX fetches the plugin from where it is told to; the simulator believes that it is there.
    private mutating func addPortablePlugin(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let plugin = request.json, let name = plugin["name"]?.text, plugin["address"]?.text != nil else {
            return .failure("name and address are required", status: 400)
        }
        guard plugins["portables"]?[name] == nil else {
            return .failure("plugin \(name) already exists", status: 400)
        }
        plugins["portables", default: [:]][name] = plugin
        return .done
    }
}
