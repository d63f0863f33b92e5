/// How much an agent carries, looked at once an interval.
package struct TunnelLoad: Sendable {
    package struct Limits: Sendable {
        package var interval = Duration.seconds(1)
        /// Exchanges in an interval that are many. One connection carries several times as many, but best when it need not.
        package var busy: Int64 = 2000
        /// Fewer are few.
        package var quiet: Int64 = 500
        /// Intervals in a row.
        package var untilBusy = 2
        package var untilQuiet = 60

        package init() {}
    }

    private let limits: Limits
    private var last: Int64?
    private var busyIntervals = 0
    private var quietIntervals = 0

    package init(_ limits: Limits = Limits()) { self.limits = limits }

    package var isBusy: Bool { busyIntervals >= limits.untilBusy }
    package var isQuiet: Bool { quietIntervals >= limits.untilQuiet }

    /// - Parameter exchanges: of all connections that are open, since they are.
    package mutating func note(exchanges: Int64) {
        defer { last = exchanges }
        guard let last else { return }
        // Connections that are gone have taken theirs with them.
        let count = max(0, exchanges - last)
        busyIntervals = count >= limits.busy ? busyIntervals + 1 : 0
        quietIntervals = count < limits.quiet ? quietIntervals + 1 : 0
    }
}
