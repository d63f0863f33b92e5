import Fleet
import NIOConcurrencyHelpers
import Store

/// What the monitor knows of each service, in memory; written to the store when it changes.
final class FleetState: Sendable {
    struct Entry: Sendable {
        var health: ServiceHealth
        var version: String?
        var report: ServiceReport?
        var reportedAt: Timestamp?
        /// Hash of the last pulse's bytes: the same bytes need not be read again.
        var fingerprint: Int?
        var nextProbe: Timestamp
        /// Probes since the last whole report.
        var pulsesSinceSurvey = 0
        var isBeingProbed = false
        /// Differs from what the store has.
        var stateIsDirty = false
        var reportIsDirty = false
        var lastSeenIsDirty = false
    }

    private let entries = NIOLockedValueBox<[Identifier<EdgeService>: Entry]>([:])

    func entry(_ id: Identifier<EdgeService>) -> Entry? { entries.withLockedValue { $0[id] } }

    func put(_ id: Identifier<EdgeService>, _ entry: Entry) { entries.withLockedValue { $0[id] = entry } }

    func remove(_ id: Identifier<EdgeService>) { entries.withLockedValue { $0[id] = nil } }

    @discardableResult
    func update<Value>(_ id: Identifier<EdgeService>, _ body: (inout Entry) -> Value) -> Value? {
        entries.withLockedValue { entries in
            guard var entry = entries[id] else { return nil }
            // Taken out while it is changed, so that the change is made in place and not on a copy.
            entries[id] = nil
            defer { entries[id] = entry }
            return body(&entry)
        }
    }

    /// Marks those that are due as being probed and gives them, at most `limit`.
    func takeDue(at now: Timestamp, limit: Int) -> [Identifier<EdgeService>] {
        entries.withLockedValue { entries in
            var due: [Identifier<EdgeService>] = []
            for (id, entry) in entries where !entry.isBeingProbed && entry.nextProbe <= now {
                due.append(id)
                if due.count == limit { break }
            }
            for id in due { entries[id]?.isBeingProbed = true }
            return due
        }
    }

    /// Takes what differs from the store; what can't be written is to be marked again.
    func takeDirty() -> (states: [ServiceStateUpdate], reports: [(Identifier<EdgeService>, ServiceReport, Timestamp)]) {
        entries.withLockedValue { entries in
            var states: [ServiceStateUpdate] = []
            var reports: [(Identifier<EdgeService>, ServiceReport, Timestamp)] = []
            for (id, entry) in entries where entry.stateIsDirty || entry.reportIsDirty {
                if entry.stateIsDirty {
                    states.append(ServiceStateUpdate(id: id, health: entry.health, version: entry.version))
                }
                if entry.reportIsDirty, let report = entry.report, let at = entry.reportedAt {
                    reports.append((id, report, at))
                }
            }
            for id in states.map(\.id) + reports.map(\.0) {
                entries[id]?.stateIsDirty = false
                entries[id]?.reportIsDirty = false
            }
            return (states, reports)
        }
    }

    func takeLastSeen() -> [(id: Identifier<EdgeService>, at: Timestamp)] {
        entries.withLockedValue { entries in
            var times: [(id: Identifier<EdgeService>, at: Timestamp)] = []
            for (id, entry) in entries where entry.lastSeenIsDirty {
                if let lastSeen = entry.health.lastSeen { times.append((id, lastSeen)) }
            }
            for time in times { entries[time.id]?.lastSeenIsDirty = false }
            return times
        }
    }
}
