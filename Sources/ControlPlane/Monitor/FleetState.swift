import Drivers
import Fleet
import HeapModule
import NIOConcurrencyHelpers
import Store

/// What the monitor knows of each service, in memory; written to the store when it changes.
final class FleetState: Sendable {
    struct Entry: Sendable {
        var projectId: Identifier<Project>
        var health: ServiceHealth
        var version: String?
        var report: ServiceReport?
        var reportedAt: Timestamp?
        /// The last pulse: what is the same again need not be read again.
        var pulse: ServicePulse?
        /// Pulses since the last whole report.
        var pulsesSinceSurvey = 0
        var parts = PartsInStore()
        var nextProbe: Timestamp
        /// When it was changed on purpose: a report that was begun before tells of what was there then.
        var changedAt: Timestamp?
    }

    /// What differs from the store.
    struct Unwritten: Sendable {
        var states: [ServiceStateUpdate] = []
        var reports: [ServiceReportUpdate] = []
        /// Those of `reports` whose drivers or rules are to be compared with the store.
        var parts: [ServiceReportUpdate] = []

        /// Each once.
        var identifiers: [Identifier<EdgeService>] { Array(Set(states.map(\.id) + reports.map(\.id))) }

        var isEmpty: Bool { states.isEmpty && reports.isEmpty }
    }

    private struct Due: Comparable {
        let at: Timestamp
        let id: Identifier<EdgeService>

        static func < (left: Due, right: Due) -> Bool { left.at < right.at }
    }

    private struct State {
        var entries: [Identifier<EdgeService>: Entry] = [:]
        /// By time. An element whose time is not the entry's `nextProbe` is left over and means nothing.
        var schedule = Heap<Due>()
        var changedStates: Set<Identifier<EdgeService>> = []
        var changedReports: Set<Identifier<EdgeService>> = []
        var seen: Set<Identifier<EdgeService>> = []
        var offline = 0
    }

    private let state = NIOLockedValueBox(State())

    func entry(_ id: Identifier<EdgeService>) -> Entry? { state.withLockedValue { $0.entries[id] } }

    var identifiers: Set<Identifier<EdgeService>> { state.withLockedValue { Set($0.entries.keys) } }

    /// How many services are in each state.
    var counts: [ServiceStatus: Int] {
        state.withLockedValue { state in
            let counts = state.entries.values.reduce(into: [:]) { $0[$1.health.status, default: 0] += 1 }
            state.offline = counts[.offline, default: 0]
            return counts
        }
    }

    /// How many services were offline when they were counted last.
    var offline: Int { state.withLockedValue { $0.offline } }

    func put(_ id: Identifier<EdgeService>, _ entry: Entry) {
        state.withLockedValue { state in
            state.entries[id] = entry
            state.schedule.insert(Due(at: entry.nextProbe, id: id))
        }
    }

    func remove(_ id: Identifier<EdgeService>) { state.withLockedValue { $0.entries[id] = nil } }

    func schedule(_ id: Identifier<EdgeService>, at time: Timestamp) {
        state.withLockedValue { state in
            guard state.entries[id] != nil else { return }
            state.entries[id]?.nextProbe = time
            state.schedule.insert(Due(at: time, id: id))
        }
    }

    /// After a turn; unless it was given another time meanwhile.
    func reschedule(_ id: Identifier<EdgeService>, from planned: Timestamp, to time: Timestamp) {
        state.withLockedValue { state in
            guard let entry = state.entries[id], entry.nextProbe == planned else { return }
            state.entries[id]?.nextProbe = time
            state.schedule.insert(Due(at: time, id: id))
        }
    }

    /// Takes those out of the schedule whose time has come, at most `limit`.
    func takeDue(at now: Timestamp, limit: Int) -> [Identifier<EdgeService>] {
        state.withLockedValue { state in
            var due: [Identifier<EdgeService>] = []
            while due.count < limit, let first = state.schedule.min, first.at <= now {
                state.schedule.removeMin()
                if state.entries[first.id]?.nextProbe == first.at { due.append(first.id) }
            }
            return due
        }
    }

    /// What a change of an entry means for the store.
    struct Change: OptionSet {
        let rawValue: Int
        static let state = Change(rawValue: 1)
        static let report = Change(rawValue: 2)
        static let seen = Change(rawValue: 4)
    }

    @discardableResult
    func update(_ id: Identifier<EdgeService>, _ body: (inout Entry) -> Change) -> Entry? {
        state.withLockedValue { state in
            guard let index = state.entries.index(forKey: id) else { return nil }
            let change = body(&state.entries.values[index])
            if change.contains(.state) { state.changedStates.insert(id) }
            if change.contains(.report) { state.changedReports.insert(id) }
            if change.contains(.seen) { state.seen.insert(id) }
            return state.entries.values[index]
        }
    }

    /// Takes what differs from the store, at most `limit` of each kind; what then can't be written comes back with
    /// `markUnwritten`.
    func takeUnwritten(limit: Int) -> Unwritten {
        state.withLockedValue { state in
            var unwritten = Unwritten()
            for id in Array(state.changedStates.prefix(limit)) {
                state.changedStates.remove(id)
                state.seen.remove(id)
                guard let entry = state.entries[id] else { continue }
                unwritten.states.append(ServiceStateUpdate(id: id, health: entry.health, version: entry.version))
            }
            for id in Array(state.changedReports.prefix(limit)) {
                state.changedReports.remove(id)
                guard let entry = state.entries[id], let report = entry.report, let at = entry.reportedAt else {
                    continue
                }
                let update = ServiceReportUpdate(id: id, projectId: entry.projectId, report: report, reportedAt: at)
                unwritten.reports.append(update)
                if state.entries[id]?.parts.take(report) ?? false { unwritten.parts.append(update) }
            }
            return unwritten
        }
    }

    func markUnwritten(_ unwritten: Unwritten) {
        state.withLockedValue { state in
            state.changedStates.formUnion(unwritten.states.map(\.id))
            state.changedReports.formUnion(unwritten.reports.map(\.id))
            for update in unwritten.parts { state.entries[update.id]?.parts = PartsInStore() }
        }
    }

    /// When services were seen last, for those seen since this was asked before.
    func takeSeen() -> [(id: Identifier<EdgeService>, at: Timestamp)] {
        state.withLockedValue { state in
            defer { state.seen = [] }
            return state.seen.compactMap { id in
                state.entries[id]?.health.lastSeen.map { (id, $0) }
            }
        }
    }
}
