import Fleet
import Synchronization

/// Bounds what one account may have under way through the tunnel at once: streams last as long as they like, and the
/// connections to a service are for all.
final class TunnelSlots: Sendable {
    private let perAccount: Int
    private let taken = Mutex<[Identifier<User>: Int]>([:])

    init(perAccount: Int) { self.perAccount = perAccount }

    /// - Throws: `.rateLimited` when the account has too many under way.
    func take(for account: Identifier<User>) throws -> TunnelSlot {
        let hasRoom = taken.withLock { taken in
            guard taken[account, default: 0] < perAccount else { return false }
            taken[account, default: 0] += 1
            return true
        }
        guard hasRoom else {
            throw EdgewrightError(
                .rateLimited,
                "You have \(perAccount) requests through the tunnel under way; end some of them first.",
                retryAfter: .seconds(1))
        }
        return TunnelSlot(slots: self, account: account)
    }

    fileprivate func free(_ account: Identifier<User>) {
        taken.withLock { taken in
            let left = taken[account, default: 1] - 1
            taken[account] = left > 0 ? left : nil
        }
    }
}

/// Somebody's place for one request; free again when nobody holds it any more, however that comes about.
package final class TunnelSlot: Sendable {
    private let slots: TunnelSlots
    private let account: Identifier<User>

    fileprivate init(slots: TunnelSlots, account: Identifier<User>) {
        self.slots = slots
        self.account = account
    }

    deinit { slots.free(account) }
}
