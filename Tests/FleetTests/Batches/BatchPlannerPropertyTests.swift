import Fleet
import Testing

/// Whole batches, played through with chance: whatever happens, these hold.
@Suite struct BatchPlannerPropertyTests {
    @Test(arguments: 0..<1000)
    func `whatever happens, a batch ends, never does too much at once, and keeps the order of its waves`(seed: Int) {
        var chance = SeededGenerator(seed: UInt64(seed))
        var play = Play(&chance)
        var steps = 0
        while !play.batch.state.isFinal {
            steps += 1
            guard steps < 20_000 else {
                Issue.record("no end: \(play)")
                return
            }
            play.take(&chance)
            if let broken = play.broken {
                Issue.record("\(broken)")
                return
            }
        }
        play.endRunning(&chance)
        #expect(play.items.allSatisfy { $0.state.isFinal })
        if play.batch.state == .succeeded { #expect(play.items.allSatisfy { $0.state != .failed }) }
        if play.batch.state == .rolledBack { #expect(!play.items.contains { $0.hasChanged }) }
    }
}

/// A batch and the world around it.
private struct Play {
    struct Item {
        var wave: Int
        var state = BatchItemState.pending
        var waiting: BatchItemTransition.Waiting?
        var notBefore: Timestamp?
        var failures = 0
        var isUndoing = false
        /// What is really so in the world, as far as anybody can tell.
        var hasChanged = false
    }

    var batch: BatchSituation
    var items: [Item]
    var broken: String?
    private let deadline: Timestamp

    init(_ chance: inout SeededGenerator) {
        var policy = BatchPolicy()
        policy.waves = (0..<Int.random(in: 0...3, using: &chance)).map { _ in
            Bool.random(using: &chance)
                ? .count(.random(in: 1...6, using: &chance)) : .percent(.random(in: 1...30, using: &chance))
        }
        policy.concurrency = .random(in: 1...8, using: &chance)
        policy.onFailure = BatchPolicy.FailureReaction.allCases.randomElement(using: &chance) ?? .pause
        policy.whenOffline = BatchPolicy.OfflineReaction.allCases.randomElement(using: &chance) ?? .fail
        policy.failureThreshold = [nil, .count(2), .percent(20)].randomElement(using: &chance) ?? nil
        policy.healthGate = [0, 0, 30].randomElement(using: &chance) ?? 0
        policy.retries = .random(in: 0...3, using: &chance)
        let sizes = BatchPlanner.waves(policy.waves, of: .random(in: 0...40, using: &chance))
        items = sizes.enumerated().flatMap { wave, size in (0..<size).map { _ in Item(wave: wave) } }
        let start = Timestamp(milliseconds: 1_800_000_000_000)
        deadline = start + .seconds(600)
        batch = BatchSituation(policy: policy, state: .running, waves: sizes.map { _ in .init() }, now: start)
        count()
    }

    /// What the store would tell.
    private mutating func count() {
        for wave in batch.waves.indices {
            let mine = items.filter { $0.wave == wave }
            var told = BatchSituation.Wave(BatchCounts(mine.map(\.state)))
            told.offline = mine.count { $0.waiting == .offline }
            told.due = mine.count(where: isDue)
            told.unhealthy = batch.waves[wave].unhealthy
            told.notUndone = mine.count { $0.state == .failed && $0.isUndoing }
            batch.waves[wave] = told
        }
        batch.nextDue = items.filter { $0.state == .waiting || batch.direction == .back && $0.state == .succeeded }
            .compactMap(\.notBefore).filter { $0 > batch.now }.min()
    }

    private func isDue(_ item: Item) -> Bool {
        guard (item.notBefore ?? batch.now) <= batch.now else { return false }
        return batch.direction == .back
            ? item.state == .succeeded : item.state == .pending || item.state == .waiting
    }

    mutating func take(_ chance: inout SeededGenerator) {
        count()
        let step = BatchPlanner.next(batch)
        switch step {
        case .begin(let count): begin(count, upTo: batch.current)
        case .undo(let count): begin(count, upTo: batch.waves.count)
        case .watchGate: batch.gateSince = batch.now
        case .failUnhealthy:
            let index = items.firstIndex { $0.wave == batch.current && $0.state == .succeeded }
            if let index { items[index].state = .failed }
            batch.waves[batch.current].unhealthy = 0
        case .enterWave(let next):
            if next != batch.current + 1 { broken = "wave \(next) after \(batch.current)" }
            if items.contains(where: { $0.wave < next && ($0.state == .pending || $0.state == .running) }) {
                broken = "a wave was left with items that had not been tried"
            }
            batch.current = next
            batch.gateSince = nil
        case .pause:
            batch.state = Bool.random(using: &chance) ? .cancelled : .running
            // A person looked at it, and lets the rest go on whatever fails.
            batch.policy.onFailure = .continue
            if batch.state == .cancelled { cancelRest() }
        case .rollBack:
            batch.direction = .back
            let kept: [BatchItemState] = [.running, .rolledBack]
            for index in items.indices where items[index].hasChanged && !kept.contains(items[index].state) {
                items[index].state = .succeeded
                items[index].notBefore = nil
                items[index].failures = 0
            }
            cancelRest()
        case .finish(let state):
            batch.state = state
            if state.isFinal != true { broken = "finished as \(state)" }
        case .wait(let until, _): pass(until, &chance)
        }
        count()
        if batch.waves.reduce(0, { $0 + $1.counts.running }) > batch.policy.concurrency {
            broken = "more at once than \(batch.policy.concurrency)"
        }
    }

    private mutating func begin(_ count: Int, upTo wave: Int) {
        let due = items.indices.filter { items[$0].wave <= wave && isDue(items[$0]) }
        if count < 1 || due.count < count { broken = "\(count) are to begin, \(due.count) can" }
        for index in due.prefix(count) {
            items[index].state = .running
            items[index].waiting = nil
            items[index].notBefore = nil
            items[index].isUndoing = batch.direction == .back
        }
    }

    /// Something running ends, or time goes by.
    private mutating func pass(_ until: Timestamp?, _ chance: inout SeededGenerator) {
        guard let index = items.indices.filter({ items[$0].state == .running }).randomElement(using: &chance) else {
            guard let until else { return broken = "it waits for nothing" }
            if until <= batch.now { broken = "it waits for a time that is over" }
            batch.now = max(until, batch.now + .milliseconds(1))
            batch.waves[batch.current].unhealthy = Int.random(in: 0..<8, using: &chance) == 0 ? 1 : 0
            return
        }
        batch.now = batch.now + .milliseconds(Int.random(in: 1...3000, using: &chance))
        end(index, &chance)
    }

    /// What is under way when the batch is over ends too.
    mutating func endRunning(_ chance: inout SeededGenerator) {
        for index in items.indices where items[index].state == .running { end(index, &chance) }
    }

    private mutating func end(_ index: Int, _ chance: inout SeededGenerator) {
        let outcomes: [BatchOutcome] = [
            .done, .done, .done, .done, .failed(reason: "x"), .failedForNow(reason: "x"), .offline(reason: "x"),
            .busy(reason: "x"), .skipped(reason: "x"),
        ]
        let outcome = outcomes.randomElement(using: &chance) ?? .done
        let jitter = Double.random(in: 0...1, using: &chance)
        var item = items[index]
        let transition: BatchItemTransition
        if item.isUndoing {
            transition = .afterUndoing(
                outcome, failures: item.failures, policy: batch.policy, now: batch.now, jitter: jitter)
            if transition.state == .rolledBack { item.hasChanged = false }
        } else {
            transition = BatchItemTransition.after(
                outcome, failures: item.failures, policy: batch.policy, deadline: deadline, now: batch.now,
                jitter: jitter
            ).settled(batch.direction, batch.state)
        }
        item.state = transition.state
        item.waiting = transition.waiting
        item.notBefore = transition.notBefore
        item.failures += transition.isFailedAttempt ? 1 : 0
        item.hasChanged = transition.hasChanged ?? item.hasChanged
        items[index] = item
    }

    private mutating func cancelRest() {
        for index in items.indices where items[index].state == .pending || items[index].state == .waiting {
            items[index].state = .cancelled
        }
    }
}
