import Fleet
import Synchronization

/// Which denied attempts are in the audit log already: one a minute for each person, thing and kind of attempt is enough,
/// and more would let anybody fill the log and hold up every change.
final class RecentDenials: Sendable {
    private struct Key: Hashable {
        let user: Identifier<User>
        let permission: Permission
        let type: String
        let id: String
    }

    private static let memory = Duration.seconds(60)
    private static let maximumEntries = 10_000

    private let denied = Mutex<[Key: Timestamp]>([:])

    func isNew(
        _ principal: Principal, _ permission: Permission, _ target: AuditEntry.Target, at now: Timestamp
    ) -> Bool {
        let key = Key(user: principal.userId, permission: permission, type: target.type, id: target.id)
        return denied.withLock { denied in
            if let last = denied[key], now.since(last) < Self.memory { return false }
            if denied.count >= Self.maximumEntries {
                denied = denied.filter { now.since($0.value) < Self.memory }
                // So many different ones in a minute are an attack: what it was is in the log often enough.
                guard denied.count < Self.maximumEntries else { return false }
            }
            denied[key] = now
            return true
        }
    }
}
