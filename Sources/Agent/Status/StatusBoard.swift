import Fleet
import NIOCore
import Synchronization
import Transport

/// What is known of the agent's connections, written by those who keep them, read by whoever asks.
final class StatusBoard: Sendable {
    private struct Notes {
        /// All that are open, those that are being replaced too.
        var open: [ObjectIdentifier: TunnelServer] = [:]
        /// Those that the platform uses, by who keeps them.
        var current: [Int: TunnelServer] = [:]
        /// Of those that are closed.
        var received: Int64 = 0
        var sent: Int64 = 0
        var state = AgentStatus.State.starting
        var since: Timestamp
        var trouble: AgentTrouble?
        var agentId: Identifier<EdgeAgent>?
        var fingerprint: String?
        /// As the platform said last.
        var membership: EdgeAgent.State?
    }

    private let notes: Mutex<Notes>
    private let now: @Sendable () -> Timestamp

    init(now: @escaping @Sendable () -> Timestamp) {
        self.now = now
        notes = Mutex(Notes(since: now()))
    }

    /// Counts what passes through it, for as long as it is open.
    func opened(_ tunnel: TunnelServer) {
        notes.withLock { $0.open[ObjectIdentifier(tunnel)] = tunnel }
        tunnel.closed.whenComplete { [self] _ in
            notes.withLock { notes in
                notes.open[ObjectIdentifier(tunnel)] = nil
                notes.received += tunnel.traffic.bytesReceived
                notes.sent += tunnel.traffic.bytesSent
            }
        }
    }

    /// - Parameters:
    ///   - tunnel: that the platform uses; `nil` when there is none.
    ///   - trouble: why not, or why there is no new one.
    func note(keeper: Int, _ tunnel: TunnelServer?, _ trouble: AgentTrouble?) {
        notes.withLock { notes in
            notes.current[keeper] = tunnel
            if let trouble { notes.trouble = trouble }
            let state: AgentStatus.State =
                !notes.current.isEmpty ? .connected : trouble == nil ? .connecting : .waiting
            guard state != notes.state else { return }
            // Asking between two waits is no change for whoever looks at it.
            if (state == .connected) != (notes.state == .connected) { notes.since = now() }
            notes.state = state
        }
    }

    /// Something else than the platform is in the way.
    func note(_ trouble: AgentTrouble) { notes.withLock { $0.trouble = trouble } }

    func note(agent: Identifier<EdgeAgent>) { notes.withLock { $0.agentId = agent } }

    func note(membership: EdgeAgent.State) { notes.withLock { $0.membership = membership } }

    func note(fingerprint: String) { notes.withLock { $0.fingerprint = fingerprint } }

    /// What the agent says when it is asked, but for how its offers do.
    func status(platform: String, name: String) async -> AgentStatus {
        let (status, tunnel) = notes.withLock { notes in
            var status = AgentStatus(state: notes.state, since: notes.since, platform: platform, name: name)
            status.agentId = notes.agentId
            status.fingerprint = notes.fingerprint
            status.membership = notes.membership
            status.connections = notes.current.count
            status.lastError = notes.trouble?.reason
            status.advice = notes.state == .connected ? status.adviceOfMember : notes.trouble?.advice
            status.bytesReceived = notes.open.values.reduce(notes.received) { $0 + $1.traffic.bytesReceived }
            status.bytesSent = notes.open.values.reduce(notes.sent) { $0 + $1.traffic.bytesSent }
            return (status, notes.current.values.first)
        }
        guard let latency = await tunnel?.roundTrip() else { return status }
        var measured = status
        measured.latencyMilliseconds = Double(latency.components.attoseconds / 1_000_000_000_000) / 1000
        measured.latencyMilliseconds? += Double(latency.components.seconds) * 1000
        return measured
    }
}
