import Fleet
import NIOConcurrencyHelpers

/// How often in a row hosts did not answer.
final class MissedHosts: Sendable {
    private let counts = NIOLockedValueBox<[Identifier<EdgeHost>: Int]>([:])

    /// - Returns: how often in a row it was missed, this time included.
    func count(_ host: Identifier<EdgeHost>, missed: Bool) -> Int {
        counts.withLockedValue { counts in
            guard missed else {
                counts[host] = nil
                return 0
            }
            counts[host, default: 0] += 1
            return counts[host, default: 0]
        }
    }
}
