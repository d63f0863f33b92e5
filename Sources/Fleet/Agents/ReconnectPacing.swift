/// How long an agent waits before it dials again: longer after each failure, never the same as another's, and as long as
/// the platform asks for.
package struct ReconnectPacing: Sendable {
    package static let shortest = 1.0
    package static let longest = 45.0
    /// A connection that has held so long, in seconds, was one.
    package static let steady = 60.0

    private var failures = 0

    package init() {}

    /// - Parameters:
    ///   - held: how long the last connection was there, in seconds; 0 when there was none.
    ///   - asked: how long the platform wants to be left alone, in seconds; `nil` when it did not say.
    ///   - spread: 0 ..< 1, drawn anew each time.
    /// - Returns: seconds.
    package mutating func wait(held: Double, asked: Double?, spread: Double) -> Double {
        if held >= Self.steady { failures = 0 }
        failures = min(failures + 1, 10)
        if let asked {
            // Not sooner than asked, and not all at its end.
            return min(max(asked, Self.shortest), 3600) + spread
        }
        // Full jitter: half of the time on average, and agents that were cut off together come back one by one.
        let ceiling = min(Self.longest, Self.shortest * Double(1 << failures))
        return Self.shortest / 2 + spread * (ceiling - Self.shortest / 2)
    }
}
