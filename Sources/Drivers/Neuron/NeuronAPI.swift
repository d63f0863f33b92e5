import Fleet
import NIOCore

/// The part of Neuron's API that Neuron and NeuronEX share.
struct NeuronAPI: Sendable {
    let prefix: String
    let dialect: AnswerDialect

    // MARK: States

    func nodeStates(
        _ session: ServiceSession, previous: ServicePulse.Part<[ServicePulse.NodeState]>?
    ) async throws -> ServicePulse.Part<[ServicePulse.NodeState]> {
        let path = "\(prefix)/node/state"
        let body = try await session.get(path, as: dialect, upTo: ServiceSession.maximumState)
        let hash = body.hashValue
        if let previous, previous.hash == hash { return previous }
        var states: [ServicePulse.NodeState]?
        try AnswerReader(path: path, dialect: dialect).scan(body) { scanner in
            try scanner.readObject { scanner, key in
                guard key == "states" else { return try scanner.skipValue() }
                var found: [ServicePulse.NodeState] = []
                try scanner.readArray { scanner in
                    found.append(try Self.nodeState(&scanner))
                    try ReportBounds.check(found.count, of: "drivers", path: path)
                }
                states = found
            }
            // Also how an answer ends up here that is an error with status 200.
            guard states != nil else { throw JSONScanner.Malformed() }
        }
        return ServicePulse.Part(hash: hash, value: states ?? [])
    }

    private static func nodeState(_ scanner: inout JSONScanner) throws -> ServicePulse.NodeState {
        var name: String?
        var running: Int?
        var link: Int?
        var roundTrip: Int?
        try scanner.readObject { scanner, key in
            switch key {
            case "node": name = try scanner.readString()
            case "running": running = try scanner.readInteger()
            case "link": link = try scanner.readInteger()
            case "rtt": roundTrip = try scanner.readIntegerOrNull()
            default: try scanner.skipValue()
            }
        }
        guard let name, let running, let link else { throw JSONScanner.Malformed() }
        // 3 is running; 1 init, 2 ready and 4 stopped are not. 9999 stands for "no round trip yet".
        return ServicePulse.NodeState(
            name: ReportBounds.text(name), running: running == 3, connected: link == 1,
            roundTrip: roundTrip.flatMap { $0 == 9999 ? nil : ReportBounds.count($0) })
    }

    // MARK: Drivers

    /// Which side each node is on takes one question a side.
    func drivers(_ session: ServiceSession, states: [ServicePulse.NodeState]) async throws -> [DriverState] {
        struct Answer: Decodable {
            struct Node: Decodable { let name: String, plugin: String? }
            let nodes: [Node]
        }
        let byName = Dictionary(states.map { ($0.name, $0) }) { _, last in last }
        var drivers: [DriverState] = []
        for (type, direction) in [(1, DriverDirection.south), (2, .north)] {
            let reader = AnswerReader(path: "\(prefix)/node", dialect: dialect)
            let body = try await session.get("\(prefix)/node?type=\(type)", as: dialect)
            let nodes = try reader.decode(Answer.self, from: body).nodes
            try ReportBounds.check(drivers.count + nodes.count, of: "drivers", path: reader.path)
            drivers += nodes.map { node in
                let name = ReportBounds.text(node.name)
                let state = byName[name]
                return DriverState(
                    name: name, plugin: ReportBounds.text(node.plugin), direction: direction,
                    running: state?.running ?? false, connected: state?.connected ?? false,
                    roundTrip: state?.roundTrip)
            }
        }
        return drivers
    }

    // MARK: Metrics

    struct Metrics {
        var system = SystemInformation()
        var tags = TagUsage(allocated: 0, used: 0)
        var recordsIn: Int64 = 0
        var recordsOut: Int64 = 0
    }

    /// All metrics: what was read and sent stands only in those of single nodes.
    ///
    /// They cost the service about 0.1 s, which is why no pulse asks for them.
    func metrics(_ session: ServiceSession) async throws -> Metrics {
        let path = "\(prefix)/metrics"
        var metrics = Metrics()
        guard let body = try await session.getIfThere(path, as: dialect) else { return metrics }
        if let error = AnswerReader(path: path, dialect: dialect).error(in: body) { throw error }
        var configuredTags = 0
        PrometheusText.forEachSample(in: body) { sample in
            switch sample.name {
            case "uptime_seconds": metrics.system.uptime = Int64(saturating: sample.value)
            case "mem_used_bytes": metrics.system.memoryUsed = Int64(saturating: sample.value)
            case "mem_total_bytes": metrics.system.memoryTotal = Int64(saturating: sample.value)
            case "license_max_tags": metrics.tags.allocated = ReportBounds.count(Int(saturating: sample.value))
            case "license_used_tags": metrics.tags.used = ReportBounds.count(Int(saturating: sample.value))
            case "tag_reads_total": metrics.recordsIn = Self.sum(metrics.recordsIn, sample.value)
            case "send_msgs_total": metrics.recordsOut = Self.sum(metrics.recordsOut, sample.value)
            case "tags_total":
                configuredTags = ReportBounds.count(
                    configuredTags + ReportBounds.count(Int(saturating: sample.value)))
            case "os_info": metrics.system.takeOSInformation(sample.labels)
            default: break
            }
        }
        // The open source edition has no licence that counts.
        if metrics.tags.used == 0 { metrics.tags.used = configuredTags }
        return metrics
    }

    private static func sum(_ total: Int64, _ value: Double) -> Int64 {
        ReportBounds.records(total + ReportBounds.records(Int64(saturating: value)))
    }
}

extension SystemInformation {
    /// Neuron's `os_info{version="..."}`, `{kernel="..."}`, `{machine="..."}`.
    fileprivate mutating func takeOSInformation(_ labels: [String: String]) {
        os = ReportBounds.text(labels["version"]) ?? os
        kernel = ReportBounds.text(labels["kernel"]) ?? kernel
        architecture = ReportBounds.text(labels["machine"]) ?? architecture
    }
}
