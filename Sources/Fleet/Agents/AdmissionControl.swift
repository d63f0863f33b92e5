/// Decides how many agents may come in at once, so that a platform that returns to ten thousand of them goes on answering
/// everybody else.
///
/// Whoever is sent away is given a place in time: as many are asked back for each second as the platform takes in one.
/// So the crowd comes back once, spread out, and not again and again.
///
/// Only who has proved who it is takes a place. So nobody who merely asks keeps the others out; in return some more than
/// meant may come in a crowd's first moments, which is made good by those that follow.
package struct AdmissionControl: Sendable {
    package struct Limits: Sendable, Equatable {
        /// Connections that are let in for each second.
        package var perSecond: Int
        /// Of a quiet moment's worth that may come in at once.
        package var burst: Int
        /// Nobody is sent away for longer, in seconds.
        package var longestWait: Int

        package init(perSecond: Int, burst: Int, longestWait: Int) {
            self.perSecond = max(1, perSecond)
            self.burst = max(1, burst)
            self.longestWait = max(1, longestWait)
        }

        /// 10,000 agents are back within 40 s.
        package static let standard = Limits(perSecond: 300, burst: 300, longestWait: 45)
    }

    package enum Decision: Sendable, Equatable {
        case admit
        /// To come back after so many seconds, a different number for each.
        case comeBack(seconds: Int)
    }

    private let limits: Limits
    /// What may come in now, in thousandths of a connection; below zero for as long as too many were let in.
    private var tokens: Int
    private var counted: Timestamp
    /// Until when the places that were given out go.
    private var booked: Timestamp
    /// Of a millisecond that was given out but does not show in it, in thousandths.
    private var bookedRest = 0

    package init(limits: Limits = .standard, at time: Timestamp) {
        self.limits = limits
        tokens = limits.burst * 1000
        counted = time
        booked = time
    }

    /// One was let in.
    package mutating func admitted(at now: Timestamp) {
        refill(at: now)
        tokens = max(tokens - 1000, -limits.burst * 1000 * Self.longestDebt)
    }

    /// In bursts.
    private static let longestDebt = 4

    /// Whether one may come now.
    /// - Parameter spread: 0 ..< 1, drawn anew for each: agents that are sent away in the same second come back at
    ///   different ones.
    package mutating func decide(at now: Timestamp, spread: Double) -> Decision {
        refill(at: now)
        guard tokens < 1000 else { return .admit }
        // The clock may have been set back.
        if booked < now || booked.milliseconds - now.milliseconds > Int64(limits.longestWait) * 1000 { booked = now }
        bookedRest += 1_000_000 / limits.perSecond
        booked = Timestamp(milliseconds: booked.milliseconds + Int64(bookedRest / 1000))
        bookedRest %= 1000
        let wait = Double(booked.milliseconds - now.milliseconds) / 1000
        // Up to half as long again: what was booked is an estimate.
        let spreadOut = wait * (1 + spread / 2) + spread
        return .comeBack(seconds: min(limits.longestWait, max(1, Int(spreadOut.rounded(.up)))))
    }

    private mutating func refill(at now: Timestamp) {
        let passed = now.milliseconds - counted.milliseconds
        counted = now
        guard passed > 0 else { return }
        let most = limits.burst * 1000
        tokens = passed >= 60_000 ? most : min(most, tokens + Int(passed) * limits.perSecond)
    }
}
