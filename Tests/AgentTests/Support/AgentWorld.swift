import Agent
import AgentIdentity
import Fleet
import Foundation
import Logging
import NIOCore
import NIOFoundationCompat
import NIOPosix
import Synchronization
import TestSupport
import Testing
import Transport

/// A running agent with a platform of its own.
struct AgentWorld: Sendable {
    let platform: ScriptedPlatform
    let folder: StateFolder
    let log: CollectedLog

    /// Asks through a tunnel for something that the agent offers.
    func get(_ offer: String, _ target: String, through tunnel: TunnelClient) async throws -> RemoteResponse {
        try await TunnelTransport(agent: "test", offer: offer) { tunnel }
            .send(RemoteRequest(target: target, timeout: .seconds(30)))
    }

    func profile(through tunnel: TunnelClient) async throws -> AgentProfile {
        let answer = try await get(AgentProfile.authority, AgentProfile.path, through: tunnel)
        return try JSONDecoder().decode(AgentProfile.self, from: Data(buffer: try await answer.collect(upTo: 1 << 20)))
    }

    func status() async throws -> AgentStatus? {
        try await StatusClient(folder).ask(.status).map { try JSONDecoder().decode(AgentStatus.self, from: $0) }
    }

    /// The fingerprint in the file of the agent's key.
    func fingerprint() throws -> String? { try AgentKeyPair.read(folder.key)?.fingerprint.description }
}

/// What an agent has written to its log.
final class CollectedLog: Sendable {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    func logger(_ format: AgentSettings.LogFormat = .text, hasPriority: Bool = false) -> Logger {
        var logger = Logger(label: "test") { [self] _ in
            AgentLogHandler(format, hasPriority: hasPriority) { line in
                self.kept.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
            }
        }
        logger.logLevel = .debug
        return logger
    }
}

/// Runs an agent with a state folder of its own.
func withAgent<Result: Sendable>(
    of platform: ScriptedPlatform, at port: Int, in folder: StateFolder, places: [WellKnownPlace] = [],
    load: TunnelLoad.Limits = TunnelLoad.Limits(), _ change: (inout AgentSettingsDraft) throws -> Void = { _ in },
    _ body: @Sendable @escaping (AgentWorld) async throws -> Result
) async throws -> Result {
    var draft = AgentSettingsDraft()
    draft.servers = ["http://127.0.0.1:\(port)"]
    draft.state = folder.url.path
    try change(&draft)
    let log = CollectedLog()
    let service = AgentService(
        try draft.complete(machine: "box"), group: MultiThreadedEventLoopGroup.singleton, logger: log.logger(),
        places: places, load: load)
    return try await withServices([service]) {
        try await body(AgentWorld(platform: platform, folder: folder, log: log))
    }
}

/// A platform, and an agent of it.
func withConnectedAgent<Result: Sendable>(
    places: [WellKnownPlace] = [], load: TunnelLoad.Limits = TunnelLoad.Limits(),
    _ change: (inout AgentSettingsDraft) throws -> Void = { _ in },
    _ body: @Sendable @escaping (AgentWorld, TunnelClient) async throws -> Result
) async throws -> Result {
    let platform = ScriptedPlatform()
    return try await withTemporaryFolder { folder in
        try await platform.listening { port in
            try await withAgent(
                of: platform, at: port, in: StateFolder(folder.path), places: places, load: load, change
            ) { world in
                try await body(world, try await platform.nextTunnel())
            }
        }
    }
}

extension ScriptedPlatform {
    /// The next connection that an agent has made.
    func nextTunnel() async throws -> TunnelClient {
        var arriving = tunnels.makeAsyncIterator()
        return try #require(await arriving.next())
    }
}

/// Waits until something holds that comes about by itself.
func eventually(_ what: String, _ holds: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while try await !holds() {
        guard ContinuousClock.now < end else { throw WorldError("it did not come about: \(what)") }
        try await Task.sleep(for: .milliseconds(5))
    }
}

extension RemoteResponse {
    func text() async throws -> String { String(buffer: try await collect(upTo: 1 << 20)) }
}
