import Fleet
import NIOConcurrencyHelpers
import Transport

/// Bounds what whoever reaches the platform can make it write: agents without a token, and tokens that are none, from one
/// address, and changes of one agent's key.
final class EnrollmentThrottle: Sendable {
    /// A plant behind one address; more of them get a token.
    static let perAddress = 40
    static let window = Duration.seconds(300)
    static let rotations = 5
    static let rotationWindow = Duration.seconds(3600)
    private static let maximumEntries = 10_000

    private let counts = NIOLockedValueBox<[String: (count: Int, ends: Timestamp)]>([:])

    /// - Throws: `.rateLimited`.
    func count(_ address: String, at now: Timestamp) throws {
        guard let wait = wait(Self.key(address), Self.perAddress, Self.window, at: now) else { return }
        throw EdgewrightError(
            .rateLimited, "Too many agents without a good token come from this address; use an enrolment token.",
            retryAfter: wait)
    }

    /// - Throws: `.rateLimited` when its key was changed too often.
    func checkRotations(of agent: Identifier<EdgeAgent>, at now: Timestamp) throws {
        let key = Self.key(agent)
        let entry = counts.withLockedValue { $0[key] }
        guard let entry, entry.ends > now, entry.count >= Self.rotations else { return }
        throw EdgewrightError(
            .rateLimited, "This agent's key was changed often just now.", retryAfter: entry.ends.since(now))
    }

    func countRotation(of agent: Identifier<EdgeAgent>, at now: Timestamp) {
        _ = wait(Self.key(agent), Self.rotations, Self.rotationWindow, at: now)
    }

    private static func key(_ agent: Identifier<EdgeAgent>) -> String { "agent:\(agent)" }

    /// Counts one more.
    /// - Returns: how long it is too many; `nil` when it is not.
    private func wait(_ key: String, _ limit: Int, _ window: Duration, at now: Timestamp) -> Duration? {
        counts.withLockedValue { counts -> Duration? in
            if counts.count >= Self.maximumEntries { counts = counts.filter { $0.value.ends > now } }
            var entry = counts[key] ?? (0, now + window)
            if entry.ends <= now { entry = (0, now + window) }
            guard entry.count < limit, counts.count < Self.maximumEntries else {
                return entry.ends.since(now)
            }
            entry.count += 1
            counts[key] = entry
            return nil
        }
    }

    /// Whoever has one address of an IPv6 network of 64 bits has all of them.
    private static func key(_ address: String) -> String {
        guard let bytes = AddressRange.bytes(of: address), bytes.count == 16 else { return address }
        return "\(bytes.prefix(8))"
    }
}
