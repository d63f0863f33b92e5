import Fleet
import Testing

@Suite struct AdmissionControlTests {
    private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_700_000_000_000 + milliseconds) }

    @Test func `a burst comes in, and the next ones are sent away`() {
        var admission = AdmissionControl(limits: .init(perSecond: 10, burst: 5, longestWait: 45), at: time(0))
        for _ in 0..<5 {
            #expect(admission.decide(at: time(0), spread: 0) == .admit)
            admission.admitted(at: time(0))
        }
        #expect(admission.decide(at: time(0), spread: 0) == .comeBack(seconds: 1))
        #expect(admission.decide(at: time(100), spread: 0) == .admit)
        admission.admitted(at: time(100))
        #expect(admission.decide(at: time(100), spread: 0) != .admit)
    }

    @Test func `who only asks takes nobody's place, and too many at once are made good`() {
        var admission = AdmissionControl(limits: .init(perSecond: 10, burst: 5, longestWait: 45), at: time(0))
        for _ in 0..<100_000 { #expect(admission.decide(at: time(0), spread: 0) == .admit) }
        for _ in 0..<15 { admission.admitted(at: time(0)) }
        #expect(admission.decide(at: time(1000), spread: 0) != .admit)
        #expect(admission.decide(at: time(1200), spread: 0) == .admit)
        // However many there were.
        for _ in 0..<10_000 { admission.admitted(at: time(1200)) }
        #expect(admission.decide(at: time(3400), spread: 0) == .admit)
    }

    /// What ten thousand agents do that were cut off at the same moment.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `ten thousand agents are back within a minute, and never more at once than a second's worth`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var admission = AdmissionControl(at: time(0))
        var pacing = Array(repeating: ReconnectPacing(), count: 10_000)
        // The first dial of each after the cut.
        var due: [(at: Int64, agent: Int)] = pacing.indices.map { agent in
            (Int64(pacing[agent].wait(held: 3600, asked: nil, spread: spread(&generator)) * 1000), agent)
        }
        var admitted: [Int64: Int] = [:]
        var attempts = 0
        var last: Int64 = 0
        while !due.isEmpty {
            due.sort { $0.at < $1.at }
            var again: [(at: Int64, agent: Int)] = []
            // A second at a time: within it, order is by time.
            let end = due[0].at + 1000
            for dial in due {
                guard dial.at < end else {
                    again.append(dial)
                    continue
                }
                attempts += 1
                switch admission.decide(at: time(dial.at), spread: spread(&generator)) {
                case .admit:
                    admission.admitted(at: time(dial.at))
                    admitted[dial.at / 1000, default: 0] += 1
                    last = max(last, dial.at)
                case .comeBack(let seconds):
                    let wait = pacing[dial.agent].wait(
                        held: 0, asked: Double(seconds), spread: spread(&generator))
                    again.append((dial.at + Int64(wait * 1000), dial.agent))
                }
            }
            due = again
        }
        #expect(admitted.values.reduce(0, +) == 10_000)
        #expect(last < 60_000)
        #expect(admitted.values.allSatisfy { $0 <= 2 * AdmissionControl.Limits.standard.perSecond })
        #expect(attempts < 40_000)
    }

    private func spread(_ generator: inout SeededGenerator) -> Double { Double.random(in: 0..<1, using: &generator) }

    @Test func `a clock that jumps lets nobody wait for ever`() {
        var admission = AdmissionControl(limits: .init(perSecond: 1, burst: 1, longestWait: 45), at: time(0))
        admission.admitted(at: time(0))
        for _ in 0..<1000 {
            guard case .comeBack(let seconds) = admission.decide(at: time(0), spread: 0.99) else {
                Issue.record("it was let in")
                return
            }
            #expect((1...45).contains(seconds))
        }
        // An hour back, and forward again.
        #expect(admission.decide(at: time(-3_600_000), spread: 0) == .comeBack(seconds: 1))
        #expect(admission.decide(at: time(3_600_000), spread: 0) == .admit)
    }

    @Test func `waits grow with each failure, and begin anew after a connection that held`() {
        var pacing = ReconnectPacing()
        var ceilings: [Double] = []
        for _ in 0..<8 { ceilings.append(pacing.wait(held: 0, asked: nil, spread: 0.999_999)) }
        #expect(ceilings.map { $0.rounded() } == [2, 4, 8, 16, 32, 45, 45, 45])
        #expect(pacing.wait(held: 3600, asked: nil, spread: 0.999_999).rounded() == 2)
        #expect(pacing.wait(held: 1, asked: nil, spread: 0.999_999).rounded() == 4)
        #expect(pacing.wait(held: 1, asked: nil, spread: 0) == 0.5)
    }

    @Test func `the platform's word goes before the agent's own`() {
        var pacing = ReconnectPacing()
        #expect(pacing.wait(held: 0, asked: 17, spread: 0.5) == 17.5)
        #expect(pacing.wait(held: 0, asked: -5, spread: 0) == 1)
        #expect(pacing.wait(held: 0, asked: 1_000_000, spread: 0) == 3600)
    }
}
