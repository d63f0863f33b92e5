import DequeModule
import Fleet
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Transport

/// The connections of agents that this process holds.
final class AgentConnections: Sendable {
    struct Connection: Sendable {
        let tunnel: TunnelClient
        /// Of the key that it was let in by.
        let fingerprint: String
        /// Of the agent's program: drawn anew at each of its starts.
        let instance: String
        let address: String
        let since = NIODeadline.now()
    }

    /// What is known of an agent's connections here, while it is asked.
    struct Figures: Sendable {
        var connections = 0
        var latency: Duration?
        var bytesReceived: Int64 = 0
        var bytesSent: Int64 = 0
    }

    /// Whoever has lost its connection mostly dials again at once; who asks for it in between waits for that.
    private static let usualAbsence = TimeAmount.seconds(5)
    private static let patience = TimeAmount.seconds(3)

    private struct State {
        var connections: [Identifier<EdgeAgent>: [Connection]] = [:]
        var next = 0
        /// How often each agent came in the present minute of it.
        var dials: [Identifier<EdgeAgent>: (count: Int, until: NIODeadline)] = [:]
        /// When those have gone who went just now, and in which order.
        var gone: [Identifier<EdgeAgent>: NIODeadline] = [:]
        var departures: Deque<(id: Identifier<EdgeAgent>, at: NIODeadline)> = []
        var waiting: [Identifier<EdgeAgent>: [Int: EventLoopPromise<TunnelClient?>]] = [:]

        mutating func forgetGone(before time: NIODeadline) {
            while let first = departures.first, first.at < time {
                departures.removeFirst()
                if gone[first.id] == first.at { gone[first.id] = nil }
            }
        }
    }

    private let state = NIOLockedValueBox(State())

    /// How many agents are connected here.
    var count: Int { state.withLockedValue { $0.connections.count } }

    var identifiers: [Identifier<EdgeAgent>] { state.withLockedValue { Array($0.connections.keys) } }

    /// The latest connection of each.
    var current: [Identifier<EdgeAgent>: Connection] {
        state.withLockedValue { $0.connections.compactMapValues(\.last) }
    }

    func add(_ connection: Connection, of id: Identifier<EdgeAgent>) {
        let waiting = state.withLockedValue { state in
            state.connections[id, default: []].append(connection)
            state.gone[id] = nil
            return state.waiting.removeValue(forKey: id)
        }
        for promise in (waiting ?? [:]).values { promise.succeed(connection.tunnel) }
    }

    /// - Returns: whether it was the last one of this agent.
    func remove(_ tunnel: TunnelClient, of id: Identifier<EdgeAgent>) -> Bool {
        state.withLockedValue { state in
            guard var connections = state.connections[id] else { return false }
            connections.removeAll { $0.tunnel === tunnel }
            state.connections[id] = connections.isEmpty ? nil : connections
            guard connections.isEmpty else { return false }
            let now = NIODeadline.now()
            state.forgetGone(before: now - Self.usualAbsence)
            state.gone[id] = now
            state.departures.append((id, now))
            return true
        }
    }

    /// The connection of an agent that has gone just now, once it is back.
    /// - Returns: `nil` when it has not been here, or does not come back in a moment.
    func tunnelAfterAbsence(to id: Identifier<EdgeAgent>) async -> TunnelClient? {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: TunnelClient?.self)
        let number = state.withLockedValue { state -> Int? in
            // It may be back by now.
            if let connection = state.connections[id]?.first {
                promise.succeed(connection.tunnel)
                return nil
            }
            guard let gone = state.gone[id], NIODeadline.now() - gone < Self.usualAbsence else {
                promise.succeed(nil)
                return nil
            }
            state.next &+= 1
            state.waiting[id, default: [:]][state.next] = promise
            return state.next
        }
        let alarm = number.map { number in
            loop.scheduleTask(in: Self.patience) { [self] in stopWaiting(number, for: id)?.succeed(nil) }
        }
        defer { alarm?.cancel() }
        // A promise that is always kept, and with no error.
        return (try? await promise.futureResult.get()) ?? nil
    }

    private func stopWaiting(_ number: Int, for id: Identifier<EdgeAgent>) -> EventLoopPromise<TunnelClient?>? {
        state.withLockedValue { state in
            let promise = state.waiting[id]?.removeValue(forKey: number)
            if state.waiting[id]?.isEmpty ?? false { state.waiting[id] = nil }
            return promise
        }
    }

    /// One of an agent's connections: one on the caller's event loop, so that what is asked changes no thread, else each in
    /// its turn; but for those that are to end.
    func tunnel(to id: Identifier<EdgeAgent>) -> TunnelClient? {
        state.withLockedValue { state in
            guard let connections = state.connections[id] else { return nil }
            guard connections.count > 1 else { return connections[0].tunnel }
            // Mostly an agent dials again because the old connection is dead, and the old one does not know yet: so it gets
            // nothing until something was heard on it since.
            let latest = connections.map(\.since).max() ?? .now()
            let open = connections.filter { connection in
                connection.tunnel.takesRequests
                    && (connection.since == latest || connection.tunnel.traffic.lastHeard > latest)
            }
            if let here = open.first(where: \.tunnel.isOnThisLoop) { return here.tunnel }
            state.next &+= 1
            return open.isEmpty ? connections[connections.count - 1].tunnel : open[state.next % open.count].tunnel
        }
    }

    /// Those of an agent that are of another start of its program.
    func connections(of id: Identifier<EdgeAgent>, otherThan instance: String) -> [Connection] {
        state.withLockedValue { $0.connections[id, default: []].filter { $0.instance != instance } }
    }

    func figures(of id: Identifier<EdgeAgent>) -> Figures? {
        let connections = state.withLockedValue { $0.connections[id] }
        guard let connections else { return nil }
        var figures = Figures(connections: connections.count)
        for traffic in connections.map(\.tunnel.traffic) {
            figures.bytesReceived += traffic.bytesReceived
            figures.bytesSent += traffic.bytesSent
            figures.latency = traffic.latency.map { min($0, figures.latency ?? $0) } ?? figures.latency
        }
        return figures
    }

    /// Ends at once whatever an agent has under way here.
    /// - Parameter key: those stay that were let in by it.
    func cut(_ id: Identifier<EdgeAgent>, except key: String? = nil) {
        for connection in state.withLockedValue({ $0.connections[id, default: []] })
        where connection.fingerprint != key {
            connection.tunnel.close()
        }
    }

    /// One more that comes.
    /// - Returns: whether it comes too often: an agent that dials again and again takes the places of the others.
    func noteDial(of id: Identifier<EdgeAgent>, atMost limit: Int) -> Bool {
        state.withLockedValue { state in
            let now = NIODeadline.now()
            var dial = state.dials[id] ?? (0, now + .minutes(1))
            if dial.until <= now { dial = (0, now + .minutes(1)) }
            dial.count += 1
            state.dials[id] = dial
            return dial.count > limit
        }
    }

    func count(of id: Identifier<EdgeAgent>) -> Int { state.withLockedValue { $0.connections[id]?.count ?? 0 } }

    /// Tells all agents to dial somewhere else; what is under way may end.
    func dismissAll() {
        for connection in state.withLockedValue({ $0.connections.values.flatMap(\.self) }) {
            connection.tunnel.goAway()
        }
    }
}
