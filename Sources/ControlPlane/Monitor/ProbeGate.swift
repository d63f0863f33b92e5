import NIOConcurrencyHelpers

/// Counts the probes under way, so that no more are begun than the limit.
final class ProbeGate: Sendable {
    private let limit: Int
    private let underWay = NIOLockedValueBox(0)

    init(limit: Int) { self.limit = limit }

    var free: Int { underWay.withLockedValue { limit - $0 } }
    func enter() { underWay.withLockedValue { $0 += 1 } }
    func leave() { underWay.withLockedValue { $0 -= 1 } }
}

/// Whether this process is the one that probes.
final class Leadership: Sendable {
    private let held = NIOLockedValueBox(false)

    var isHeld: Bool {
        get { held.withLockedValue { $0 } }
        set { held.withLockedValue { $0 = newValue } }
    }
}
