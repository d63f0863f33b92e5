/// Failures that a person has seen, and after which the batch goes on.
package struct BatchTolerance: Equatable, Sendable {
    package var total: Int
    package var inWave: Int

    package init(total: Int = 0, inWave: Int = 0) {
        self.total = total
        self.inWave = inWave
    }
}

/// All that decides what a batch does next.
package struct BatchSituation: Equatable, Sendable {
    /// One wave, as the items' rows tell it.
    package struct Wave: Equatable, Sendable {
        package var counts = BatchCounts()
        /// Of the waiting ones, those whose service is offline: they hold nobody up.
        package var offline = 0
        /// Of the pending and waiting ones, those that may begin now.
        package var due = 0
        /// Of the failed ones, those that could not be undone.
        package var notUndone = 0
        /// Of the succeeded ones, those whose service is not healthy at the moment; counted only where there is a gate.
        package var unhealthy = 0

        package init() {}

        package init(_ counts: BatchCounts) {
            self.counts = counts
            due = counts.pending
        }
    }

    package var policy: BatchPolicy
    package var state: BatchState
    package var direction: BatchDirection = .forward
    package var waves: [Wave]
    /// Index of the wave that is under way.
    package var current = 0
    /// Since when the current wave's gate is watched.
    package var gateSince: Timestamp?
    package var tolerated = BatchTolerance()
    /// When the next waiting item may begin.
    package var nextDue: Timestamp?
    package var now: Timestamp

    package init(policy: BatchPolicy, state: BatchState, waves: [Wave], now: Timestamp) {
        self.policy = policy
        self.state = state
        self.waves = waves
        self.now = now
    }

    var running: Int { waves.reduce(0) { $0 + $1.counts.running } }
    var total: BatchCounts { waves.reduce(BatchCounts()) { $0 + $1.counts } }
}

/// What a batch does next.
package enum BatchStep: Equatable, Sendable {
    /// Begins so many items that are due, of the waves up to the current one.
    case begin(Int)
    /// The same for items that are to be undone.
    case undo(Int)
    case watchGate
    /// Counts the changed services that are not healthy as failed.
    case failUnhealthy
    case enterWave(Int)
    case pause(reason: String)
    case rollBack(reason: String)
    case finish(BatchState)
    /// Nothing to do before then, unless an item ends or a person acts; `nil`: only then.
    case wait(until: Timestamp?, reason: String?)
}

/// Decides what a batch does next. Knows nothing of the store, of hosts and of time but what it is told, so that every
/// rule can be tried out.
package enum BatchPlanner {
    /// Divides so many targets into waves.
    /// - Returns: the waves' sizes; never an empty one.
    package static func waves(_ shares: [BatchPolicy.Share], of total: Int) -> [Int] {
        var sizes: [Int] = []
        var left = total
        for share in shares where left > 0 {
            let size = min(left, share.of(total))
            sizes.append(size)
            left -= size
        }
        return left > 0 ? sizes + [left] : sizes
    }

    package static func next(_ situation: BatchSituation) -> BatchStep {
        switch (situation.state, situation.direction) {
        case (.paused, _), (.succeeded, _), (.failed, _), (.cancelled, _), (.rolledBack, _):
            return .wait(until: nil, reason: nil)
        case (.pending, .back), (.running, .back): return nextBack(situation)
        case (.pending, .forward), (.running, .forward): return nextForward(situation)
        }
    }

    // MARK: Forward

    private static func nextForward(_ situation: BatchSituation) -> BatchStep {
        if let reason = tooManyFailures(situation) {
            return situation.policy.onFailure == .rollback ? .rollBack(reason: reason) : .pause(reason: reason)
        }
        let begun = situation.waves.prefix(situation.current + 1)
        let due = begun.reduce(0) { $0 + $1.due }
        let free = situation.policy.concurrency - situation.running
        if due > 0 {
            if let window = situation.policy.window, !window.isOpen(at: situation.now) {
                return .wait(
                    until: window.nextOpening(after: situation.now), reason: "the maintenance window is closed")
            }
            return free > 0 ? .begin(min(due, free)) : .wait(until: nil, reason: nil)
        }
        guard begun.allSatisfy(\.isThrough) else { return .wait(until: situation.nextDue, reason: nil) }
        return afterWave(situation)
    }

    /// All of the wave that can be done now is done.
    private static func afterWave(_ situation: BatchSituation) -> BatchStep {
        let wave = situation.waves.indices.contains(situation.current) ? situation.waves[situation.current] : .init()
        let gate = Duration.seconds(situation.policy.healthGate)
        if gate > .zero, wave.counts.succeeded > 0 {
            if wave.unhealthy > 0 { return .failUnhealthy }
            guard let since = situation.gateSince else { return .watchGate }
            guard since + gate <= situation.now else {
                return .wait(until: since + gate, reason: "watching whether the changed services stay healthy")
            }
        }
        if situation.current + 1 < situation.waves.count { return .enterWave(situation.current + 1) }
        let total = situation.total
        if total.waiting > 0 { return .wait(until: situation.nextDue, reason: "waiting for services to come back") }
        return .finish(total.failed == 0 ? .succeeded : .failed)
    }

    /// - Returns: why the batch must stop, or `nil`.
    private static func tooManyFailures(_ situation: BatchSituation) -> String? {
        guard situation.policy.onFailure != .continue else { return nil }
        switch situation.policy.failureThreshold ?? .count(0) {
        case .count(let limit):
            let failed = situation.total.failed - situation.tolerated.total
            return failed > limit ? "\(failed) failed, and no more than \(limit) may" : nil
        case .percent(let limit):
            // Each wave by itself: a good first wave must not make up for a bad second one.
            guard situation.waves.indices.contains(situation.current) else { return nil }
            let counts = situation.waves[situation.current].counts
            let failed = counts.failed - situation.tolerated.inWave
            guard failed > 0, Double(failed) * 100 / Double(counts.total) > limit else { return nil }
            return "\(failed) of \(counts.total) failed in wave \(situation.current + 1), "
                + "and no more than \(BatchPolicy.Share.percent(limit).text) may"
        }
    }

    // MARK: Back

    /// Undoing does not wait for a window: what is half done is worse than what is done at a bad time.
    private static func nextBack(_ situation: BatchSituation) -> BatchStep {
        let due = situation.waves.reduce(0) { $0 + $1.due }
        let free = situation.policy.concurrency - situation.running
        if due > 0 { return free > 0 ? .undo(min(due, free)) : .wait(until: nil, reason: nil) }
        let total = situation.total
        guard total.running == 0, total.waiting == 0, total.succeeded == 0 else {
            return .wait(until: situation.nextDue, reason: nil)
        }
        return .finish(situation.waves.contains { $0.notUndone > 0 } ? .failed : .rolledBack)
    }
}

extension BatchSituation.Wave {
    /// Nothing of it is left but what waits for offline services.
    fileprivate var isThrough: Bool {
        counts.pending == 0 && counts.running == 0 && counts.waiting == offline
    }
}

extension BatchPolicy.Share {
    package var text: String {
        switch self {
        case .count(let count): "\(count)"
        case .percent(let percent): "\(Int(exactly: percent).map(String.init) ?? "\(percent)") %"
        }
    }
}
