import Fleet
import Foundation
import HTTPTypes
import Logging
import NIOFoundationCompat
import Store
import Transport

/// Those who are to be asked what they offer, in the order in which they came.
final class AgentGreetingQueue: Sendable {
    fileprivate let newcomers: AsyncStream<Identifier<EdgeAgent>>
    private let queue: AsyncStream<Identifier<EdgeAgent>>.Continuation

    /// No longer than the agents are many, each as often as it came.
    init() { (newcomers, queue) = AsyncStream.makeStream() }

    /// From any thread; never waits.
    func add(_ id: Identifier<EdgeAgent>) { queue.yield(id) }
}

/// Asks agents that have just come what they are and what they offer, takes note of it, and adds what they offer to their
/// project where their token said so.
struct AgentGreeter: Sendable {
    private static let concurrency = 64
    private static let timeout = Duration.seconds(10)

    let context: ControlPlaneContext
    let network: AgentNetwork
    let changes: AgentChanges
    let adoption: AgentAdoption
    let queue: AgentGreetingQueue

    func run() async {
        await withTaskGroup(of: Void.self) { group in
            var underWay = 0
            for await id in queue.newcomers {
                if underWay >= Self.concurrency { await group.next() } else { underWay += 1 }
                group.addTask { await greet(id) }
            }
        }
    }

    private func greet(_ id: Identifier<EdgeAgent>) async {
        // One that nobody has claimed has said what it offers when it enrolled: strangers are not waited for.
        guard network.directory.entry(id)?.state != .unmanaged, let tunnel = network.connections.tunnel(to: id) else {
            return
        }
        do {
            let profile = try await ask(id, through: tunnel)
            guard let record = try await context.read({ try $0.agent(id) }) else { return network.connections.cut(id) }
            guard record.agent.state != .revoked else { return network.connections.cut(id) }
            try await note(profile, of: record)
            if record.adoptsOffers, let project = record.agent.projectId {
                try await adoption.adoptNewOffers(of: record, in: project)
            }
        } catch {
            guard !Task.isCancelled else { return }
            context.logger.notice(
                "an agent does not say what it offers", metadata: ["agent": "\(id)", "error": "\(error)"])
        }
    }

    private func ask(_ id: Identifier<EdgeAgent>, through tunnel: TunnelClient) async throws -> AgentProfile {
        let transport = TunnelTransport(agent: "\(id)", offer: AgentProfile.authority) { tunnel }
        let answer = try await transport.send(RemoteRequest(target: AgentProfile.path, timeout: Self.timeout))
        let bytes = try await answer.collect(upTo: AgentProfile.maximumSize, within: Self.timeout)
        guard answer.status == .ok else { throw TransportError(.invalidResponse, "it answered \(answer.status)") }
        return try JSONDecoder().decode(AgentProfile.self, from: Data(buffer: bytes)).sanitized()
    }

    private func note(_ profile: AgentProfile, of record: AgentRecord) async throws {
        var known = record
        known.agent.version = profile.version
        known.agent.system = profile.system
        let offers = try await context.read { try $0.offers(of: record.agent.id) }
        guard known != record || offers != profile.offers else { return }
        let changed = known
        try await context.write { session in
            try session.setAgentProgram(
                version: changed.agent.version, system: changed.agent.system, of: record.agent.id)
            if offers != profile.offers { try session.setOffers(profile.offers, of: record.agent.id) }
            try changes.announce([record.agent.id], in: session)
        }
        changes.publish([record.agent.id])
    }
}
