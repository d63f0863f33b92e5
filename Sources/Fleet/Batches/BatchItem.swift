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

extension BatchOutcome {
    /// Whether the target may be changed now. An attempt that has failed for good has cleaned up after itself; one that
    /// broke off may have left anything.
    fileprivate var hasChanged: Bool? {
        switch self {
        case .done, .failedForNow, .offline: true
        case .failed, .skipped: false
        case .busy: nil
        }
    }
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
    /// Whether the attempt may have left its target changed; `nil` when it says nothing of that.
    package var hasChanged: Bool?
    /// Whether it counts against the retries.
    package var isFailedAttempt = false

    package init(_ state: BatchItemState, waiting: Waiting? = nil, reason: String = "", notBefore: Timestamp? = nil) {
        self.state = state
        self.waiting = waiting
        self.reason = reason
        self.notBefore = notBefore
    }
}

extension BatchItemTransition {
    /// How long an offline service is left alone; its coming back is noticed sooner by the monitor.
    package static let offlinePause = Duration.seconds(30)
    package static let busyPause = Duration.seconds(5)
    private static let firstRetry = Duration.seconds(5)
    private static let longestRetry = Duration.seconds(300)

    /// - Parameters:
    ///   - failures: how often it has failed for now before.
    ///   - deadline: when waiting for an offline service ends.
    ///   - jitter: from 0 to 1, so that many that failed together do not come back together.
    package static func after(
        _ outcome: BatchOutcome, failures: Int, policy: BatchPolicy, deadline: Timestamp, now: Timestamp, jitter: Double
    ) -> BatchItemTransition {
        var transition: BatchItemTransition
        switch outcome {
        case .done: transition = BatchItemTransition(.succeeded)
        case .skipped(let reason): transition = BatchItemTransition(.skipped, reason: reason)
        case .failed(let reason): transition = BatchItemTransition(.failed, reason: reason)
        case .failedForNow(let reason):
            transition =
                failures >= policy.retries
                ? BatchItemTransition(.failed, reason: reason)
                : wait(.retry, reason, retryPause(failures, jitter), now)
            transition.isFailedAttempt = true
        case .busy(let reason): transition = wait(.busy, reason, busyPause * (1 + jitter), now)
        case .offline(let reason):
            switch policy.whenOffline {
            case .fail: transition = BatchItemTransition(.failed, reason: reason)
            case .skip: transition = BatchItemTransition(.skipped, reason: reason)
            case .wait where now >= deadline:
                transition = BatchItemTransition(.failed, reason: "\(reason), and did not come back in time")
            case .wait: transition = wait(.offline, reason, offlinePause * (1 + jitter), now)
            }
        }
        transition.hasChanged = outcome.hasChanged
        return transition
    }

    /// The same for an attempt to take back what was done. What may pass is tried again, as often as forward.
    package static func afterUndoing(
        _ outcome: BatchOutcome, failures: Int, policy: BatchPolicy, now: Timestamp, jitter: Double
    ) -> BatchItemTransition {
        switch outcome {
        case .done: return BatchItemTransition(.rolledBack)
        case .skipped(let reason): return BatchItemTransition(.rolledBack, reason: reason)
        case .failed(let reason): return BatchItemTransition(.failed, reason: "could not be undone: \(reason)")
        case .failedForNow(let reason), .offline(let reason), .busy(let reason):
            guard failures < policy.retries else {
                return BatchItemTransition(.failed, reason: "could not be undone: \(reason)")
            }
            var transition = BatchItemTransition(
                .succeeded, reason: "not undone yet: \(reason)", notBefore: now + retryPause(failures, jitter))
            transition.isFailedAttempt = true
            return transition
        }
    }

    /// What becomes of an item that was begun on the way forward, when its batch has turned round or was cancelled
    /// meanwhile: nothing is tried again any more, and what may be changed is there to be undone.
    package func settled(_ direction: BatchDirection, _ state: BatchState) -> BatchItemTransition {
        var settled = self
        if direction == .back, hasChanged ?? false, self.state != .succeeded {
            settled = BatchItemTransition(.succeeded, reason: reason)
        } else if self.state == .waiting, direction == .back || state == .cancelled {
            settled = BatchItemTransition(.cancelled, reason: reason)
        }
        settled.hasChanged = hasChanged
        return settled
    }

    private static func wait(
        _ waiting: Waiting, _ reason: String, _ pause: Duration, _ now: Timestamp
    ) -> BatchItemTransition {
        BatchItemTransition(.waiting, waiting: waiting, reason: reason, notBefore: now + pause)
    }

    /// Twice as long each time, up to a bound.
    private static func retryPause(_ failures: Int, _ jitter: Double) -> Duration {
        let doubled = firstRetry * (1 << min(failures, 10))
        return min(doubled, longestRetry) * (0.5 + jitter / 2)
    }
}
