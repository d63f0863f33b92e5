import Fleet
import NIOConcurrencyHelpers
import Transport

/// Slows down guessing of passwords: failures are counted per account and per address in a window.
///
/// An attempt counts as failed from its beginning until it succeeds, so that many at once are no way around the limits.
final class SignInThrottle: Sendable {
    private struct Failures {
        var count = 0
        var windowEnds: Timestamp
    }

    /// After these many failures in the window the account rests: a person mistypes twice or thrice.
    static let perAccount = 10
    /// More than per account, since many people may sit behind one address.
    static let perAddress = 50
    static let window = Duration.seconds(300)
    /// Bounds the memory an attacker can make us use; beyond it the oldest windows are dropped.
    private static let maximumEntries = 20_000

    private let failures = NIOLockedValueBox<[String: Failures]>([:])

    /// Counts an attempt.
    /// - Throws: `.rateLimited` when this account or address has failed too often.
    func begin(account: String, address: String, at time: Timestamp) throws {
        let wait = failures.withLockedValue { failures -> Duration? in
            let limits = [(Self.key(account: account), Self.perAccount), (Self.key(address: address), Self.perAddress)]
            let wait = limits.compactMap { key, limit -> Duration? in
                guard let entry = failures[key], entry.windowEnds > time, entry.count >= limit else { return nil }
                return entry.windowEnds.since(time)
            }.max()
            if wait == nil { for (key, _) in limits { Self.count(key, at: time, in: &failures) } }
            return wait
        }
        guard let wait else { return }
        throw EdgewrightError(
            .rateLimited, "Too many failed sign-ins; try again in \(Int(wait.components.seconds) + 1) seconds.",
            retryAfter: wait)
    }

    private static func count(_ key: String, at time: Timestamp, in failures: inout [String: Failures]) {
        if failures.count >= maximumEntries {
            failures = failures.filter { $0.value.windowEnds > time }
            // Those that end soonest: who is locked out for long stays so.
            if failures.count >= maximumEntries {
                for (key, _) in failures.sorted(by: { $0.value.windowEnds < $1.value.windowEnds }).prefix(
                    maximumEntries / 4)
                {
                    failures[key] = nil
                }
            }
        }
        var entry = failures[key] ?? Failures(windowEnds: time + window)
        if entry.windowEnds <= time { entry = Failures(windowEnds: time + window) }
        entry.count += 1
        failures[key] = entry
    }

    /// The attempt was a good one: the account begins anew, and for the address it does not count.
    func succeeded(account: String, address: String) {
        failures.withLockedValue { failures in
            failures[Self.key(account: account)] = nil
            Self.uncount(Self.key(address: address), in: &failures)
        }
    }

    private static func uncount(_ key: String, in failures: inout [String: Failures]) {
        guard let entry = failures[key], entry.count > 0 else { return }
        failures[key]?.count -= 1
    }

    /// It could not be decided: it does not count for either.
    func undecided(account: String, address: String) {
        failures.withLockedValue { failures in
            Self.uncount(Self.key(account: account), in: &failures)
            Self.uncount(Self.key(address: address), in: &failures)
        }
    }

    /// Of one length, whatever was typed.
    private static func key(account: String) -> String { "account:" + Secret.hash(account) }

    /// Whoever has one address of an IPv6 network of 64 bits has all of them.
    private static func key(address: String) -> String {
        guard let bytes = AddressRange.bytes(of: address), bytes.count == 16 else { return "address:" + address }
        return "address:\(bytes.prefix(8))"
    }
}
