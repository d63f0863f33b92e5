import Fleet
import Logging
import NIOConcurrencyHelpers
import ServiceLifecycle
import Store
import Transport

/// Writes who came and who left, many at a time: ten thousand that come back together are some dozens of transactions.
/// Then tells those who want to know, and asks the newcomers what they offer.
struct AgentPresence: Service {
    private static let interval = Duration.milliseconds(200)
    private static let writtenAtOnce = 500
    private static let longestRest = Duration.seconds(10)
    /// Who comes back within this time has not been away. Where there are several control planes it may have come back
    /// to another one, and must not seem to be here.
    private static let usualAbsence = Duration.seconds(3)

    private static let turnsPerComparison = 50

    private struct Pending {
        /// In the order in which they happened: who left and came back is there.
        var arrivals: [Identifier<EdgeAgent>: AgentArrival] = [:]
        var departures: [Identifier<EdgeAgent>: AgentDeparture] = [:]
        var newcomers: [Identifier<EdgeAgent>] = []

        var isEmpty: Bool { arrivals.isEmpty && departures.isEmpty }
    }

    let context: ControlPlaneContext
    let peers: PeerNetwork
    let connections: AgentConnections
    let changes: AgentChanges
    let greeter: AgentGreeter
    private let pending = NIOLockedValueBox(Pending())
    private let metrics = AgentMetrics()

    init(
        context: ControlPlaneContext, peers: PeerNetwork, connections: AgentConnections, changes: AgentChanges,
        greeter: AgentGreeter
    ) {
        self.context = context
        self.peers = peers
        self.connections = connections
        self.changes = changes
        self.greeter = greeter
    }

    private var holder: String { peers.holder }

    /// From any thread; never waits.
    func arrived(_ agent: AdmittedAgent) {
        let arrival = AgentArrival(
            id: agent.id, instance: agent.instance, address: agent.address, at: context.now())
        pending.withLockedValue { pending in
            pending.departures[agent.id] = nil
            pending.arrivals[agent.id] = arrival
            pending.newcomers.append(agent.id)
        }
    }

    /// The last connection of an agent here is gone. From any thread; never waits.
    func left(_ id: Identifier<EdgeAgent>, _ traffic: TunnelTraffic) {
        let departure = AgentDeparture(
            id: id, at: context.now(), traffic: .init(received: traffic.bytesReceived, sent: traffic.bytesSent))
        pending.withLockedValue { pending in
            pending.arrivals[id] = nil
            pending.departures[id] = departure
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await greeter.run() }
                var rest = Self.interval
                var turn = 0
                while !Task.isCancelled {
                    turn += 1
                    if turn % Self.turnsPerComparison == 0 { compare() }
                    metrics.show(connected: connections.count)
                    rest = await flush() ? Self.interval : min(rest * 2, Self.longestRest)
                    // Ends early only by cancellation, which the loop's condition sees.
                    try? await Task.sleep(for: rest * Double.random(in: 0.75...1.25))
                }
            }
        }
        // Those who are told to go somewhere else are not here any more for the others.
        connections.dismissAll()
        // Whatever becomes of this task: the others are not to look for them here.
        await Task { await leaveAll() }.value
        await peers.dismissAll()
    }

    /// What is in the store may be wrong: another control plane took this one for dead while it could not reach the store,
    /// or a word was lost. What is here is the truth.
    private func compare() {
        let now = context.now()
        let here = connections.current
        let known = changes.directory.identifiers(heldBy: holder)
        pending.withLockedValue { pending in
            // Of whom something is to be written already, that is the latest.
            func isSettled(_ id: Identifier<EdgeAgent>) -> Bool {
                pending.arrivals[id] == nil && pending.departures[id] == nil
            }
            for (id, connection) in here
            where !known.contains(id) && isSettled(id) && changes.directory.entry(id) != nil {
                pending.arrivals[id] = AgentArrival(
                    id: id, instance: connection.instance, address: connection.address, at: now)
            }
            for id in known where here[id] == nil && isSettled(id) && connections.count(of: id) == 0 {
                pending.departures[id] = AgentDeparture(id: id, at: now, traffic: nil)
            }
        }
    }

    /// - Returns: whether the store took it; what it did not take is tried again.
    private func flush() async -> Bool {
        let absence = context.database.dialect.hasNotifications ? .zero : Self.usualAbsence
        let latest = context.now() - absence
        let taken = pending.withLockedValue { pending in
            var taken = pending
            pending = Pending()
            pending.departures = taken.departures.filter { $0.value.at > latest }
            taken.departures = taken.departures.filter { $0.value.at <= latest }
            return taken
        }
        guard !taken.isEmpty else { return true }
        do {
            try await write(taken)
        } catch {
            putBack(taken)
            guard !Task.isCancelled else { return true }
            context.logger.warning("who is connected can't be written", metadata: ["error": "\(error)"])
            return false
        }
        for id in taken.newcomers { greeter.queue.add(id) }
        return true
    }

    private func write(_ taken: Pending) async throws {
        // All control planes in one order: or two that write of the same agents hold each other up.
        try await write(taken.arrivals.values.sorted { $0.id < $1.id }, \.id) { part, session in
            try session.noteArrivals(part, at: holder)
        }
        try await write(taken.departures.values.sorted { $0.id < $1.id }, \.id) { part, session in
            try session.noteDepartures(part, from: holder)
        }
    }

    private func write<Event: Sendable>(
        _ events: [Event], _ id: (Event) -> Identifier<EdgeAgent>,
        _ body: @Sendable @escaping ([Event], any SQLSession) throws -> Void
    ) async throws {
        for start in stride(from: 0, to: events.count, by: Self.writtenAtOnce) {
            let part = Array(events[start..<min(start + Self.writtenAtOnce, events.count)])
            let ids = part.map(id)
            try await context.write { session in
                try body(part, session)
                try changes.announce(ids, in: session)
            }
            await changes.take(ids)
            // Deleted while it came.
            for id in ids where changes.directory.entry(id) == nil { connections.cut(id) }
        }
    }

    /// What happened since then stays as it is.
    private func putBack(_ taken: Pending) {
        pending.withLockedValue { pending in
            for (id, arrival) in taken.arrivals where pending.arrivals[id] == nil && pending.departures[id] == nil {
                pending.arrivals[id] = arrival
            }
            for (id, departure) in taken.departures
            where pending.arrivals[id] == nil && pending.departures[id] == nil {
                pending.departures[id] = departure
            }
            pending.newcomers = taken.newcomers + pending.newcomers
        }
    }

    /// This control plane stops: nobody is connected to it any more.
    private func leaveAll() async {
        let now = context.now()
        let pending = pending.withLockedValue { $0 }
        let here = connections.identifiers.map { id in
            let figures = connections.figures(of: id)
            return AgentDeparture(
                id: id, at: now, traffic: figures.map { .init(received: $0.bytesReceived, sent: $0.bytesSent) })
        }
        let departures = (here + pending.departures.values).sorted { $0.id < $1.id }
        do {
            try await context.write { session in
                try session.noteDepartures(departures, from: holder)
                try changes.announce(try session.forgetControlPlane(holder, at: now), in: session)
                try changes.announce(departures.map(\.id), in: session)
            }
        } catch {
            // The others find out by themselves that this one is gone.
            context.logger.warning("leaving can't be written", metadata: ["error": "\(error)"])
        }
    }
}
