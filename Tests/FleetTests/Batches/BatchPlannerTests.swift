import Fleet
import Testing

@Suite struct BatchPlannerTests {
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    private func situation(
        _ waves: [[BatchItemState]], current: Int = 0, _ change: (inout BatchPolicy) -> Void = { _ in }
    ) -> BatchSituation {
        var policy = BatchPolicy()
        change(&policy)
        var situation = BatchSituation(
            policy: policy, state: .running, waves: waves.map { .init(BatchCounts($0)) }, now: now)
        situation.current = current
        return situation
    }

    private func many(_ state: BatchItemState, _ count: Int) -> [BatchItemState] {
        Array(repeating: state, count: count)
    }

    // MARK: Waves

    @Test(
        arguments: [
            ([], 10, [10]), ([], 0, []),
            ([.count(1), .percent(10)], 100, [1, 10, 89]),
            ([.percent(50), .percent(50)], 5, [3, 2]),
            ([.percent(1)], 10, [1, 9]),
            ([.count(5), .count(5)], 3, [3]),
            ([.count(5), .count(5)], 10, [5, 5]),
            ([.percent(100)], 7, [7]),
        ] as [([BatchPolicy.Share], Int, [Int])])
    func `waves take their share, and what is left over is the last`(
        shares: [BatchPolicy.Share], total: Int, sizes: [Int]
    ) {
        #expect(BatchPlanner.waves(shares, of: total) == sizes)
    }

    // MARK: Beginning

    @Test func `as many begin as there is room for`() {
        #expect(BatchPlanner.next(situation([many(.pending, 30)])) == .begin(10))
        #expect(BatchPlanner.next(situation([many(.pending, 30) + many(.running, 7)])) == .begin(3))
        #expect(BatchPlanner.next(situation([many(.pending, 2) + many(.running, 7)])) == .begin(2))
        #expect(
            BatchPlanner.next(situation([many(.pending, 30) + many(.running, 10)])) == .wait(until: nil, reason: nil))
    }

    @Test func `a later wave begins only when all of the one before is over`() {
        #expect(
            BatchPlanner.next(situation([many(.succeeded, 3) + [.running], many(.pending, 5)]))
                == .wait(until: nil, reason: nil))
        #expect(BatchPlanner.next(situation([many(.succeeded, 4), many(.pending, 5)])) == .enterWave(1))
        #expect(BatchPlanner.next(situation([many(.succeeded, 4), many(.pending, 5)], current: 1)) == .begin(5))
    }

    @Test func `an item that is to be tried again holds its wave up, one whose service is offline does not`() {
        var retrying = situation([[.succeeded, .waiting], [.pending]])
        retrying.nextDue = now + .seconds(7)
        #expect(BatchPlanner.next(retrying) == .wait(until: now + .seconds(7), reason: nil))
        retrying.waves[0].offline = 1
        #expect(BatchPlanner.next(retrying) == .enterWave(1))
        retrying.waves[0].due = 1
        #expect(BatchPlanner.next(retrying) == .begin(1))
    }

    @Test func `a batch whose services are offline waits for them at its end`() {
        var late = situation([[.succeeded, .waiting]])
        late.waves[0].offline = 1
        late.nextDue = now + .seconds(30)
        #expect(
            BatchPlanner.next(late)
                == .wait(until: now + .seconds(30), reason: "waiting for services to come back"))
    }

    @Test func `a paused or finished batch begins nothing`() {
        for state in BatchState.allCases where state.isFinal || state == .paused {
            var idle = situation([many(.pending, 3)])
            idle.state = state
            #expect(BatchPlanner.next(idle) == .wait(until: nil, reason: nil), "\(state)")
        }
    }

    @Test func `nothing begins while the window is closed, and the gate of a wave goes on`() {
        // 2027-01-15 08:00 UTC, a Friday.
        let closed = MaintenanceWindow(days: [.saturday], from: "02:00", to: "04:00", timeZone: "UTC")
        let waiting = situation([many(.pending, 3)]) { $0.window = closed }
        #expect(
            BatchPlanner.next(waiting)
                == .wait(until: Timestamp("2027-01-16T02:00:00Z"), reason: "the maintenance window is closed"))
        let done = situation([many(.succeeded, 3)]) { $0.window = closed }
        #expect(BatchPlanner.next(done) == .finish(.succeeded))
    }

    // MARK: Failures

    @Test(
        arguments: [
            (nil, 1, true), (.count(0), 0, false), (.count(2), 2, false), (.count(2), 3, true),
            (.percent(0), 1, true), (.percent(10), 1, false), (.percent(10), 2, true), (.percent(100), 10, false),
        ] as [(BatchPolicy.Share?, Int, Bool)])
    func `more failures than the threshold stop the batch`(threshold: BatchPolicy.Share?, failed: Int, stops: Bool) {
        let states = many(.failed, failed) + many(.pending, 10 - failed)
        let paused = BatchPlanner.next(situation([states]) { $0.failureThreshold = threshold })
        if case .pause(let reason) = paused {
            #expect(stops)
            #expect(reason.contains("\(failed)"))
        } else {
            #expect(!stops)
        }
        let back = BatchPlanner.next(
            situation([states]) {
                $0.failureThreshold = threshold
                $0.onFailure = .rollback
            })
        if case .rollBack = back { #expect(stops) } else { #expect(!stops) }
        let goesOn = BatchPlanner.next(
            situation([states]) {
                $0.failureThreshold = threshold
                $0.onFailure = .continue
            })
        #expect(goesOn == (failed < 10 ? .begin(min(10, 10 - failed)) : .finish(.failed)))
    }

    @Test func `a share of failures is counted in each wave by itself`() {
        let waves = [many(.succeeded, 90), many(.failed, 2) + many(.pending, 8)]
        let next = BatchPlanner.next(situation(waves, current: 1) { $0.failureThreshold = .percent(10) })
        #expect(next == .pause(reason: "2 of 10 failed in wave 2, and no more than 10 % may"))
    }

    // MARK: Gates

    @Test func `a wave is over when what it changed has stayed healthy`() {
        var gated = situation([many(.succeeded, 2), [.pending]]) { $0.healthGate = 60 }
        #expect(BatchPlanner.next(gated) == .watchGate)
        gated.gateSince = now - .seconds(20)
        #expect(
            BatchPlanner.next(gated)
                == .wait(
                    until: now + .seconds(40), reason: "watching whether the changed services stay healthy"))
        gated.waves[0].unhealthy = 1
        #expect(BatchPlanner.next(gated) == .failUnhealthy)
        gated.waves[0].unhealthy = 0
        gated.gateSince = now - .seconds(60)
        #expect(BatchPlanner.next(gated) == .enterWave(1))
    }

    @Test func `a wave that changed nothing has no gate, and the last one has`() {
        #expect(BatchPlanner.next(situation([[.skipped], [.pending]]) { $0.healthGate = 60 }) == .enterWave(1))
        #expect(BatchPlanner.next(situation([[.succeeded]]) { $0.healthGate = 60 }) == .watchGate)
    }

    // MARK: The end, and back

    @Test func `a batch fails when one of its items has failed, and skipping is no failure`() {
        #expect(BatchPlanner.next(situation([[.succeeded, .skipped]])) == .finish(.succeeded))
        #expect(BatchPlanner.next(situation([])) == .finish(.succeeded))
        #expect(
            BatchPlanner.next(situation([[.succeeded, .failed]]) { $0.onFailure = .continue }) == .finish(.failed))
    }

    @Test func `going back undoes what succeeded, in any wave and outside the window`() {
        var back = situation([many(.succeeded, 12), [.failed, .succeeded], many(.cancelled, 4)]) {
            $0.window = MaintenanceWindow(days: [.saturday], from: "02:00", to: "04:00", timeZone: "UTC")
        }
        back.direction = .back
        back.waves[0].due = 12
        back.waves[1].due = 1
        #expect(BatchPlanner.next(back) == .undo(10))
        back.waves = [.init(BatchCounts(many(.rolledBack, 12) + [.running]))]
        #expect(BatchPlanner.next(back) == .wait(until: nil, reason: nil))
        back.waves = [.init(BatchCounts(many(.rolledBack, 13) + [.failed]))]
        // It had changed nothing.
        #expect(BatchPlanner.next(back) == .finish(.rolledBack))
        back.waves[0].notUndone = 1
        #expect(BatchPlanner.next(back) == .finish(.failed))
    }
}
