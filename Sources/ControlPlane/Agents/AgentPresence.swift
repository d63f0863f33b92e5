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

    private struct Pending {
        /// In the order in which they happened: who left and came back is there.
        var arrivals: [Identifier<EdgeAgent>: AgentArrival] = [:]
        var departures: [Identifier<EdgeAgent>: AgentDeparture] = [:]
        var newcomers: [Identifier<EdgeAgent>] = []

        var isEmpty: Bool { arrivals.isEmpty && departures.isEmpty }
    }

    let context: ControlPlaneContext
    let holder: String
    let connections: AgentConnections
    let changes: AgentChanges
    let greeter: AgentGreeter
    private let pending = NIOLockedValueBox(Pending())
    private let metrics = AgentMetrics()

    init(
        context: ControlPlaneContext, holder: String, connections: AgentConnections, changes: AgentChanges,
        greeter: AgentGreeter
    ) {
        self.context = context
        self.holder = holder
        self.connections = connections
        self.changes = changes
        self.greeter = greeter
    }

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
            id: id, at: context.now(), bytesReceived: traffic.bytesReceived, bytesSent: traffic.bytesSent)
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
                while !Task.isCancelled {
                    metrics.show(connected: connections.count)
                    rest = await flush() ? Self.interval : min(rest * 2, Self.longestRest)
                    // Ends early only by cancellation, which the loop's condition sees.
                    try? await Task.sleep(for: rest * Double.random(in: 0.75...1.25))
                }
            }
        }
        // Those who are told to go somewhere else are not here any more for the others.
        connections.dismissAll()
        await leaveAll()
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
        var (arrivals, departures) = (Array(taken.arrivals.values), Array(taken.departures.values))
        while !arrivals.isEmpty || !departures.isEmpty {
            let (come, gone) = (
                Array(arrivals.prefix(Self.writtenAtOnce)), Array(departures.prefix(Self.writtenAtOnce))
            )
            arrivals.removeFirst(come.count)
            departures.removeFirst(gone.count)
            let ids = come.map(\.id) + gone.map(\.id)
            try await context.write { session in
                try session.noteArrivals(come, at: holder)
                try session.noteDepartures(gone, from: holder)
                try changes.announce(ids, in: session)
            }
            await changes.take(ids)
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
        let departures = connections.identifiers.map { id in
            let figures = connections.figures(of: id)
            return AgentDeparture(
                id: id, at: now, bytesReceived: figures?.bytesReceived ?? 0, bytesSent: figures?.bytesSent ?? 0)
        }
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
