/// How often, and after how long, a request that changes nothing is sent again.
package struct RetryPolicy: Sendable, Equatable {
    /// Attempts in all; 1 means no retry.
    package var attempts: Int
    /// Longest wait before the second attempt; doubles with each one.
    package var firstDelay: Duration
    package var longestDelay: Duration
    /// A server that wants to be left alone for longer than this gets no second attempt.
    package var longestRetryAfter: Duration

    package static let standard = RetryPolicy(attempts: 4, firstDelay: .milliseconds(250))
    package static let never = RetryPolicy(attempts: 1, firstDelay: .zero)

    package init(
        attempts: Int, firstDelay: Duration, longestDelay: Duration = .seconds(5),
        longestRetryAfter: Duration = .seconds(30)
    ) {
        self.attempts = attempts
        self.firstDelay = firstDelay
        self.longestDelay = longestDelay
        self.longestRetryAfter = longestRetryAfter
    }

    /// The wait before the next attempt when `failed` have failed (from 1); `nil` when there is none.
    ///
    /// Spread over the whole interval (“full jitter”), so that many clients do not come back together; never less than
    /// the server asked for.
    package func delay(
        after failed: Int, retryAfter: Duration?, using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        guard failed < attempts else { return nil }
        let asked = retryAfter ?? .zero
        guard asked <= longestRetryAfter else { return nil }
        let ceiling = min(firstDelay * (1 << min(failed - 1, 20)), longestDelay)
        return asked + ceiling * Double.random(in: 0...1, using: &generator)
    }
}
