import Fleet
import NIOConcurrencyHelpers
import Transport

/// Bounds how many agents may come without a token from one address in a while.
final class EnrollmentThrottle: Sendable {
    /// A plant behind one address; more of them get a token.
    static let perAddress = 40
    static let window = Duration.seconds(300)
    private static let maximumEntries = 10_000

    private let counts = NIOLockedValueBox<[String: (count: Int, ends: Timestamp)]>([:])

    /// - Throws: `.rateLimited`.
    func count(_ address: String, at now: Timestamp) throws {
        let key = Self.key(address)
        let wait = counts.withLockedValue { counts -> Duration? in
            if counts.count >= Self.maximumEntries { counts = counts.filter { $0.value.ends > now } }
            var entry = counts[key] ?? (0, now + Self.window)
            if entry.ends <= now { entry = (0, now + Self.window) }
            guard entry.count < Self.perAddress, counts.count < Self.maximumEntries else {
                return entry.ends.since(now)
            }
            entry.count += 1
            counts[key] = entry
            return nil
        }
        guard let wait else { return }
        throw EdgewrightError(
            .rateLimited, "Too many agents without a token come from this address; use an enrolment token.",
            retryAfter: wait)
    }

    /// Whoever has one address of an IPv6 network of 64 bits has all of them.
    private static func key(_ address: String) -> String {
        guard let bytes = AddressRange.bytes(of: address), bytes.count == 16 else { return address }
        return "\(bytes.prefix(8))"
    }
}
