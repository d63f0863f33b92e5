import Testing

@testable import Fleet

@Suite struct ServiceHealthTests {
    private let start = Timestamp(milliseconds: 1_000_000)

    private func record(
        _ outcomes: [ProbeOutcome], misses: Int = 2
    ) -> (health: ServiceHealth, changes: [Bool]) {
        var health = ServiceHealth()
        let changes = outcomes.enumerated().map { index, outcome in
            health.record(outcome, at: start + .seconds(index), missesUntilOffline: misses)
        }
        return (health, changes)
    }

    @Test func `one missed probe is no outage, the next one is`() {
        let (health, changes) = record([.answered, .missed(reason: "no answer"), .missed(reason: "no answer")])
        #expect(changes == [true, false, true])
        #expect(health.status == .offline)
        #expect(health.reason == "no answer")
        #expect(health.since == start + .seconds(2))
        #expect(health.lastSeen == start)
    }

    @Test func `an answer in between forgives earlier misses`() {
        let missed = ProbeOutcome.missed(reason: "x")
        #expect(record([.answered, missed, .answered, missed]).health.status == .online)
    }

    @Test func `refused credentials and a broken path are unknown at once, never offline`() {
        #expect(record([.answered, .refusedCredentials(reason: "401")]).health.status == .unknown)
        let path = record([.answered, .pathFailed(reason: "agent away")])
        #expect(path.health.status == .unknown)
        #expect(path.health.lastSeen == start)
    }

    @Test func `another reason is told, but the outage goes on from where it began`() {
        let (health, changes) = record([.missed(reason: "a"), .missed(reason: "a"), .missed(reason: "b")])
        #expect(changes == [false, true, true])
        #expect(health.since == start + .seconds(1))
        #expect(health.reason == "b")
    }
}
