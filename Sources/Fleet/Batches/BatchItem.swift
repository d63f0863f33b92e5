/// What became of one attempt at an item.
package enum BatchOutcome: Equatable, Sendable {
    case done
    /// Can't succeed however often it is tried.
    case failed(reason: String)
    /// May pass by itself: tried again after a while, as often as the policy says.
    case failedForNow(reason: String)
    /// Its service is offline: what then is the policy's.
    case offline(reason: String)
    /// Another batch works on the same service.
    case busy(reason: String)
    /// There is nothing to do: it is as it should be, or gone.
    case skipped(reason: String)
}

/// What an item of a batch turns into after an attempt.
package struct BatchItemTransition: Hashable, Sendable {
    package enum Waiting: String, Codable, Sendable {
        case offline
        case busy
        case retry
    }

    package var state: BatchItemState
    /// Why it waits.
    package var waiting: Waiting?
    /// A sentence that a person can act on; empty where there is nothing to say.
    package var reason: String
    /// Not tried again before.
    package var notBefore: Timestamp?

    package init(_ state: BatchItemState, waiting: Waiting? = nil, reason: String = "", notBefore: Timestamp? = nil) {
        self.state = state
        self.waiting = waiting
        self.reason = reason
        self.notBefore = notBefore
    }
}

extension BatchItemTransition {
    /// How long an offline service is left alone; its coming back is noticed sooner by the monitor.
    private static let offlinePause = Duration.seconds(30)
    private static let busyPause = Duration.seconds(5)
    private static let firstRetry = Duration.seconds(5)
    private static let longestRetry = Duration.seconds(300)

    /// - Parameters:
    ///   - attempts: how often it was tried, this time included.
    ///   - deadline: when waiting for an offline service ends.
    ///   - jitter: from 0 to 1, so that many that failed together do not come back together.
    package static func after(
        _ outcome: BatchOutcome, attempts: Int, policy: BatchPolicy, deadline: Timestamp, now: Timestamp, jitter: Double
    ) -> BatchItemTransition {
        switch outcome {
        case .done: BatchItemTransition(.succeeded)
        case .skipped(let reason): BatchItemTransition(.skipped, reason: reason)
        case .failed(let reason): BatchItemTransition(.failed, reason: reason)
        case .failedForNow(let reason):
            attempts > policy.retries
                ? BatchItemTransition(.failed, reason: reason)
                : wait(.retry, reason, retryPause(attempts, jitter), now)
        case .busy(let reason): wait(.busy, reason, busyPause * (1 + jitter), now)
        case .offline(let reason):
            switch policy.whenOffline {
            case .fail: BatchItemTransition(.failed, reason: reason)
            case .skip: BatchItemTransition(.skipped, reason: reason)
            case .wait where now >= deadline:
                BatchItemTransition(.failed, reason: "\(reason), and did not come back in time")
            case .wait: wait(.offline, reason, offlinePause * (1 + jitter), now)
            }
        }
    }

    /// The same for an attempt to take back what was done. What may pass is tried again, as often as forward.
    package static func afterUndoing(
        _ outcome: BatchOutcome, attempts: Int, policy: BatchPolicy, now: Timestamp, jitter: Double
    ) -> BatchItemTransition {
        switch outcome {
        case .done: return BatchItemTransition(.rolledBack)
        case .skipped(let reason): return BatchItemTransition(.rolledBack, reason: reason)
        case .failed(let reason): return BatchItemTransition(.failed, reason: "could not be undone: \(reason)")
        case .failedForNow(let reason), .offline(let reason), .busy(let reason):
            // Those of the way forward are counted too.
            guard attempts <= 2 * policy.retries + 1 else {
                return BatchItemTransition(.failed, reason: "could not be undone: \(reason)")
            }
            return BatchItemTransition(
                .succeeded, reason: "not undone yet: \(reason)", notBefore: now + retryPause(attempts, jitter))
        }
    }

    private static func wait(
        _ waiting: Waiting, _ reason: String, _ pause: Duration, _ now: Timestamp
    ) -> BatchItemTransition {
        BatchItemTransition(.waiting, waiting: waiting, reason: reason, notBefore: now + pause)
    }

    /// Twice as long each time, up to a bound.
    private static func retryPause(_ attempts: Int, _ jitter: Double) -> Duration {
        let doubled = firstRetry * (1 << min(max(attempts, 1) - 1, 10))
        return min(doubled, longestRetry) * (0.5 + jitter / 2)
    }
}
