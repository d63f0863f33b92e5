import Fleet
import NIOConcurrencyHelpers

/// Bounds what whoever reaches the platform can make it write: agents without a token, and tokens that are none, from one
/// address, and changes of one agent's key.
final class EnrollmentThrottle: Sendable {
    /// A plant behind one address; more of them get a token.
    static let perAddress = 40
    /// A site's IPv6 networks, of which it may have 65,536: with a count for each of them only, one site would be all.
    static let perSite = 120
    static let window = Duration.seconds(300)
    static let rotationCount = 5
    static let rotationWindow = Duration.seconds(3600)
    private static let maximumEntries = 10_000

    private typealias Counts = [String: (count: Int, ends: Timestamp)]

    private let addresses = NIOLockedValueBox(Counts())
    /// Apart from the others: whoever has many addresses is to keep nobody from changing a key.
    private let rotations = NIOLockedValueBox(Counts())

    /// - Throws: `.rateLimited`.
    func count(_ address: String, at now: Timestamp) throws {
        let network = ClientNetwork(address)
        var limits = [network.place: Self.perAddress]
        if network.site != network.place { limits[network.site] = Self.perSite }
        let wait = wait(limits, Self.window, at: now, in: addresses)
        guard let wait else { return }
        throw EdgewrightError(
            .rateLimited, "Too many agents without a good token come from this address; use an enrolment token.",
            retryAfter: wait)
    }

    /// - Throws: `.rateLimited` when its key was changed too often.
    func checkRotations(of agent: Identifier<EdgeAgent>, at now: Timestamp) throws {
        let entry = rotations.withLockedValue { $0["\(agent)"] }
        guard let entry, entry.ends > now, entry.count >= Self.rotationCount else { return }
        throw EdgewrightError(
            .rateLimited, "This agent's key was changed often just now.", retryAfter: entry.ends.since(now))
    }

    func countRotation(of agent: Identifier<EdgeAgent>, at now: Timestamp) {
        _ = wait(["\(agent)": Self.rotationCount], Self.rotationWindow, at: now, in: rotations)
    }

    /// Counts one more of each, unless it is too many of one.
    /// - Returns: how long it is too many; `nil` when it is not.
    private func wait(
        _ limits: [String: Int], _ window: Duration, at now: Timestamp, in counts: NIOLockedValueBox<Counts>
    ) -> Duration? {
        counts.withLockedValue { counts -> Duration? in
            if counts.count >= Self.maximumEntries { counts = counts.filter { $0.value.ends > now } }
            var counted = Counts()
            for (key, limit) in limits {
                var entry = counts[key] ?? (0, now + window)
                if entry.ends <= now { entry = (0, now + window) }
                // When there is no room, whoever is counted already goes on: or a few who fill it would keep all others out.
                let hasRoom = counts[key] != nil || counts.count < Self.maximumEntries
                guard entry.count < limit, hasRoom else { return entry.ends.since(now) }
                counted[key] = (entry.count + 1, entry.ends)
            }
            counts.merge(counted) { $1 }
            return nil
        }
    }
}
