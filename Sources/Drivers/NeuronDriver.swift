package import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
package import Transport

/// Neuron, the data collection engine: open source Neuron under `/api/v2`, and inside NeuronEX under `/api/neuron`.
///
/// Calls that were seen never to answer or to kill an instance (`/global/config` and its kin, `/certs` and
/// `/auth/basic` without a server plugin) are not made.
package struct NeuronDriver: ServiceDriver {
    package let category = ServiceCategory.neuron
    package let capabilities: DriverCapabilities = [.drivers, .tagUsage, .platformTokens, .passwords]
    private let api = NeuronAPI(prefix: "/api/v2")

    package init() {}

    package func pulse(_ session: ServiceSession, previous: ServicePulse?) async throws -> ServicePulse {
        ServicePulse(nodes: try await api.nodeStates(session, previous: previous?.nodes))
    }

    package func survey(_ session: ServiceSession) async throws -> ServiceReport {
        struct Version: Decodable { let version: String }
        let path = "/api/v2/version"
        let version = try session.decode(Version.self, from: try await session.get(path), path: path)
        let states = try await api.nodeStates(session, previous: nil)
        let metrics = try await api.globalMetrics(session)
        return ServiceReport(
            version: version.version, system: metrics.system,
            drivers: try await api.drivers(session, states: states.value),
            tags: TagUsage(allocated: metrics.tagsAllocated, used: metrics.tagsUsed), recordsIn: metrics.recordsIn,
            recordsOut: metrics.recordsOut)
    }

    package func logIn(
        username: String, password: String, over transport: any Transport
    ) async throws -> String {
        struct Login: Encodable { let name: String, pass: String }
        return try await ServiceLogin.token(
            Login(name: username, pass: password), path: "/api/v2/login", over: transport)
    }
}

/// The part of Neuron's API that Neuron and NeuronEX share.
struct NeuronAPI: Sendable {
    let prefix: String

    func nodeStates(
        _ session: ServiceSession, previous: ServicePulse.Part<[ServicePulse.NodeState]>?
    ) async throws -> ServicePulse.Part<[ServicePulse.NodeState]> {
        struct Answer: Decodable {
            struct State: Decodable { let node: String, running: Int, link: Int, rtt: Int? }
            let states: [State]
        }
        let path = "\(prefix)/node/state"
        let body = try await session.get(path)
        let hash = body.hashValue
        if let previous, previous.hash == hash { return previous }
        let answer = try session.decode(Answer.self, from: body, path: path)
        let states = answer.states.map { state in
            // 3 is running; 1 init, 2 ready and 4 stopped are not. 9999 stands for "no round trip yet".
            ServicePulse.NodeState(
                name: state.node, running: state.running == 3, connected: state.link == 1,
                roundTrip: state.rtt.flatMap { $0 == 9999 ? nil : $0 })
        }
        return ServicePulse.Part(hash: hash, value: states)
    }

    /// Which side each node is on takes one question a side.
    func drivers(_ session: ServiceSession, states: [ServicePulse.NodeState]) async throws -> [DriverState] {
        struct Answer: Decodable {
            struct Node: Decodable { let name: String, plugin: String? }
            let nodes: [Node]
        }
        let byName = Dictionary(states.map { ($0.name, $0) }) { _, last in last }
        var drivers: [DriverState] = []
        for (type, direction) in [(1, DriverDirection.south), (2, .north)] {
            let path = "\(prefix)/node?type=\(type)"
            let answer = try session.decode(Answer.self, from: try await session.get(path), path: path)
            drivers += answer.nodes.map { node in
                let state = byName[node.name]
                return DriverState(
                    name: node.name, plugin: node.plugin, direction: direction, running: state?.running ?? false,
                    connected: state?.connected ?? false, roundTrip: state?.roundTrip)
            }
        }
        return drivers
    }

    struct GlobalMetrics {
        var system = SystemInformation()
        var tagsAllocated = 0
        var tagsUsed = 0
        var recordsIn: Int64 = 0
        var recordsOut: Int64 = 0
    }

    /// The engine's own metrics, without those of single nodes' groups.
    func globalMetrics(_ session: ServiceSession) async throws -> GlobalMetrics {
        let body = try await session.get("\(prefix)/metrics")
        var metrics = GlobalMetrics()
        var configuredTags = 0
        PrometheusText.forEachSample(in: body) { name, labels, value in
            switch name {
            case "uptime_seconds": metrics.system.uptime = Int64(clamping: value)
            case "mem_used_bytes": metrics.system.memoryUsed = Int64(clamping: value)
            case "mem_total_bytes": metrics.system.memoryTotal = Int64(clamping: value)
            case "license_max_tags": metrics.tagsAllocated = Int(clamping: value)
            case "license_used_tags": metrics.tagsUsed = Int(clamping: value)
            case "tag_reads_total": metrics.recordsIn += Int64(clamping: value)
            case "send_msgs_total": metrics.recordsOut += Int64(clamping: value)
            case "tags_total": configuredTags += Int(clamping: value)
            case "os_info": metrics.system.takeOSInformation(labels)
            default: break
            }
        }
        // The open source edition has no licence that counts.
        if metrics.tagsUsed == 0 { metrics.tagsUsed = configuredTags }
        return metrics
    }
}

extension FixedWidthInteger {
    /// A sample's value; hostile ones (NaN, infinite, huge) become a bound instead of a crash.
    init(clamping value: Double) {
        self = Self(exactly: value.rounded()) ?? (value > 0 ? .max / 4 : 0)
    }
}

extension SystemInformation {
    /// Neuron's `os_info{version="..."}`, `{kernel="..."}`, `{machine="..."}`.
    fileprivate mutating func takeOSInformation(_ labels: [String: String]) {
        os = labels["version"] ?? os
        kernel = labels["kernel"] ?? kernel
        architecture = labels["machine"] ?? architecture
    }
}
