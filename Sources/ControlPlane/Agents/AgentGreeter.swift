import Fleet
import Foundation
import HTTPTypes
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOFoundationCompat
import NIOPosix
import Store
import Transport

/// Those who are to be asked what they offer, in the order in which they came.
final class AgentGreetingQueue: Sendable {
    private struct State {
        var waiting: Set<Identifier<EdgeAgent>> = []
        var failures: [Identifier<EdgeAgent>: Int] = [:]
        var underWay: Set<Identifier<EdgeAgent>> = []
    }

    fileprivate let newcomers: AsyncStream<Identifier<EdgeAgent>>
    private let queue: AsyncStream<Identifier<EdgeAgent>>.Continuation
    private let state = NIOLockedValueBox(State())

    /// Each agent is in it once: no longer than the agents are many.
    init() { (newcomers, queue) = AsyncStream.makeStream() }

    /// From any thread; never waits.
    func add(_ id: Identifier<EdgeAgent>) {
        let isFree = state.withLockedValue { state in
            state.waiting.insert(id).inserted && !state.underWay.contains(id)
        }
        if isFree { queue.yield(id) }
    }

    /// Before it is asked again, in seconds; after the last of these its next coming is waited for.
    private static let pauses: [Int64] = [5, 30, 300]

    /// It did not answer: on a bad line that may be so once or twice.
    fileprivate func failed(_ id: Identifier<EdgeAgent>) {
        let failures = state.withLockedValue { state in
            state.failures[id, default: 0] += 1
            return state.failures[id] ?? 1
        }
        guard failures <= Self.pauses.count else { return succeeded(id) }
        let pause = TimeAmount.seconds(Self.pauses[failures - 1]) + .milliseconds(.random(in: 0...3000))
        MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: pause) { self.add(id) }
    }

    fileprivate func succeeded(_ id: Identifier<EdgeAgent>) {
        state.withLockedValue { $0.failures[id] = nil }
    }

    fileprivate func begin(_ id: Identifier<EdgeAgent>) {
        state.withLockedValue { state in
            state.waiting.remove(id)
            state.underWay.insert(id)
        }
    }

    /// Whoever came again meanwhile is asked again: of one agent's connections never two at a time.
    fileprivate func end(_ id: Identifier<EdgeAgent>) {
        let isAwaited = state.withLockedValue { state in
            state.underWay.remove(id)
            return state.waiting.contains(id)
        }
        if isAwaited { queue.yield(id) }
    }
}

/// Asks agents that have just come what they are and what they offer, takes note of it, and adds what they offer to their
/// project where their token said so.
struct AgentGreeter: Sendable {
    private static let concurrency = 64
    /// Of agents that nobody has claimed: anybody can be one, and be slow to answer.
    private static let strangersAtOnce = 4
    private static let timeout = Duration.seconds(10)

    let context: ControlPlaneContext
    let network: AgentNetwork
    let changes: AgentChanges
    let adoption: AgentAdoption
    let queue: AgentGreetingQueue
    private let strangers = AgentGreetingQueue()

    init(
        context: ControlPlaneContext, network: AgentNetwork, changes: AgentChanges, adoption: AgentAdoption,
        queue: AgentGreetingQueue
    ) {
        self.context = context
        self.network = network
        self.changes = changes
        self.adoption = adoption
        self.queue = queue
    }

    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await work(off: queue, atOnce: Self.concurrency, greet) }
            group.addTask { await work(off: strangers, atOnce: Self.strangersAtOnce, greetStranger) }
        }
    }

    private func work(
        off queue: AgentGreetingQueue, atOnce most: Int,
        _ greet: @Sendable @escaping (Identifier<EdgeAgent>) async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            var underWay = 0
            for await id in queue.newcomers {
                if underWay >= most { await group.next() } else { underWay += 1 }
                queue.begin(id)
                group.addTask {
                    await greet(id)
                    queue.end(id)
                }
            }
        }
    }

    /// Only for its entry among those that wait: it is asked once, and nothing is made of what it says.
    private func greetStranger(_ id: Identifier<EdgeAgent>) async {
        guard let tunnel = network.connections.tunnel(to: id) else { return }
        do {
            let profile = try await ask(id, through: tunnel, as: .unmanaged)
            guard let record = try await context.read({ try $0.agent(id) }) else { return }
            try await note(profile, of: record)
        } catch {
            context.logger.debug(
                "an unmanaged agent does not say what it offers", metadata: ["agent": "\(id)", "error": "\(error)"])
        }
    }

    private func greet(_ id: Identifier<EdgeAgent>) async {
        guard let tunnel = network.connections.tunnel(to: id) else { return }
        // Others are not to wait for those.
        let state = network.directory.entry(id)?.state ?? .managed
        guard state != .unmanaged else { return strangers.add(id) }
        do {
            let profile = try await ask(id, through: tunnel, as: state)
            guard let record = try await context.read({ try $0.agent(id) }) else { return network.connections.cut(id) }
            guard record.agent.state != .revoked else { return network.connections.cut(id) }
            try await note(profile, of: record)
            if record.adoptsOffers, let project = record.agent.projectId {
                try await adoption.adoptNewOffers(of: record, in: project)
            }
            queue.succeeded(id)
        } catch {
            guard !Task.isCancelled else { return }
            queue.failed(id)
            context.logger.notice(
                "an agent does not say what it offers", metadata: ["agent": "\(id)", "error": "\(error)"])
        }
    }

    /// - Parameter state: is told to the agent, so that people at its machine can see it.
    private func ask(
        _ id: Identifier<EdgeAgent>, through tunnel: TunnelClient, as state: EdgeAgent.State
    ) async throws -> AgentProfile {
        let transport = TunnelTransport(agent: "\(id)", offer: AgentProfile.authority) { tunnel }
        let answer = try await transport.send(
            RemoteRequest(
                target: AgentProfile.path, headerFields: [.agentState: state.rawValue], timeout: Self.timeout))
        let bytes = try await answer.collect(upTo: AgentProfile.maximumSize, within: .seconds(5))
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
