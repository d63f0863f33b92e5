import Fleet
import NIOConcurrencyHelpers

/// Slows down guessing of passwords: failures are counted per account and per address in a sliding window.
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

    /// - Throws: `.rateLimited` when this account or address has failed too often.
    func check(account: String, address: String, at time: Timestamp) throws {
        let wait = failures.withLockedValue { failures in
            [("account:" + account, Self.perAccount), ("address:" + address, Self.perAddress)].compactMap {
                key, limit -> Duration? in
                guard let entry = failures[key], entry.windowEnds > time, entry.count >= limit else { return nil }
                return entry.windowEnds.since(time)
            }.max()
        }
        guard let wait else { return }
        throw EdgewrightError(
            .rateLimited, "Too many failed sign-ins; try again in \(Int(wait.components.seconds) + 1) seconds.",
            retryAfter: wait)
    }

    func recordFailure(account: String, address: String, at time: Timestamp) {
        failures.withLockedValue { failures in
            if failures.count >= Self.maximumEntries {
                failures = failures.filter { $0.value.windowEnds > time }
                if failures.count >= Self.maximumEntries { failures.removeAll() }
            }
            for key in ["account:" + account, "address:" + address] {
                var entry = failures[key] ?? Failures(windowEnds: time + Self.window)
                if entry.windowEnds <= time { entry = Failures(windowEnds: time + Self.window) }
                entry.count += 1
                failures[key] = entry
            }
        }
    }

    func recordSuccess(account: String) {
        failures.withLockedValue { $0["account:" + account] = nil }
    }
}
