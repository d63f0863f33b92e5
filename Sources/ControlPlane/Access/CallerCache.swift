import Fleet
import NIOConcurrencyHelpers

/// Remembers for a moment who a credential belongs to, so that a busy client does not ask the store with each request.
///
/// Whatever changes rights in this process empties it at once; changes made by another process on the same store are
/// seen when an entry's short life ends.
final class CallerCache: Sendable {
    struct Entry: Sendable {
        let principal: Principal
        let user: User
        let session: Caller.Session?
        /// When the credential itself ends.
        let expiresAt: Timestamp?
    }

    /// How long another process's revocation may stay unnoticed.
    static let lifetime = Duration.seconds(5)
    private static let maximumEntries = 10_000

    private struct State {
        var entries: [String: (entry: Entry, until: Timestamp)] = [:]
        /// Counts the emptyings, so that what was read before one is not put in after it.
        var generation = 0
    }

    private let state = NIOLockedValueBox(State())

    var generation: Int { state.withLockedValue { $0.generation } }

    func entry(_ secretHash: String, at time: Timestamp) -> Entry? {
        state.withLockedValue { state in
            guard let found = state.entries[secretHash], found.until > time else { return nil }
            return found.entry
        }
    }

    func store(_ entry: Entry, for secretHash: String, at time: Timestamp, generation: Int) {
        state.withLockedValue { state in
            guard state.generation == generation else { return }
            if state.entries.count >= Self.maximumEntries { state.entries.removeAll() }
            let end = time + Self.lifetime
            state.entries[secretHash] = (entry, min(end, entry.expiresAt ?? end))
        }
    }

    func removeAll() {
        state.withLockedValue { state in
            state.entries.removeAll()
            state.generation += 1
        }
    }
}
