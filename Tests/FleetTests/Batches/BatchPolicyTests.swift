import Fleet
import Foundation
import Testing

@Suite struct BatchPolicyTests {
    private func policy(_ json: String) throws -> BatchPolicy {
        try JSONDecoder().decode(BatchPolicy.self, from: Data(json.utf8))
    }

    @Test func `what is not given takes its default`() throws {
        #expect(try policy("{}") == BatchPolicy())
        var two = BatchPolicy()
        two.waves = [.count(1), .percent(12.5)]
        two.failureThreshold = .percent(5)
        #expect(try policy(#"{"waves": [1, "12.5%"], "failureThreshold": "5%"}"#) == two)
        let again = try JSONDecoder().decode(BatchPolicy.self, from: JSONEncoder().encode(two))
        #expect(again == two)
    }

    @Test(arguments: [
        (#"{"concurrency": 0}"#, "policy.concurrency"), (#"{"concurrency": 1001}"#, "policy.concurrency"),
        (#"{"waves": [0]}"#, "policy.waves[0]"), (#"{"waves": [1, "101%"]}"#, "policy.waves[1]"),
        (#"{"waves": ["60%", "60%"]}"#, "policy.waves"), (#"{"retries": 21}"#, "policy.retries"),
        (#"{"healthGate": -1}"#, "policy.healthGate"), (#"{"offlineDeadline": 1}"#, "policy.offlineDeadline"),
        (#"{"failureThreshold": -1}"#, "policy.failureThreshold"), (#"{"onFailure": "rollback"}"#, "policy.onFailure"),
    ])
    func `a policy that can't be kept is refused by name`(json: String, field: String) throws {
        let policy = try policy(json)
        let error = #expect(throws: EdgewrightError.self) { try policy.validate(for: .tag) }
        #expect(error?.fields.map(\.field).contains(field) == true)
    }

    // MARK: What an attempt turns into

    private func after(
        _ outcome: BatchOutcome, failures: Int = 0, _ change: (inout BatchPolicy) -> Void = { _ in }
    ) -> BatchItemTransition {
        var policy = BatchPolicy()
        change(&policy)
        return .after(
            outcome, failures: failures, policy: policy, deadline: Timestamp(milliseconds: 1_000_000),
            now: Timestamp(milliseconds: 0), jitter: 0)
    }

    @Test func `a failure that may pass is tried again, later and later, and not for ever`() {
        let pauses = (0..<8).map { failures in
            after(.failedForNow(reason: "x"), failures: failures) { $0.retries = 8 }.notBefore?.milliseconds ?? 0
        }
        #expect(pauses == pauses.sorted() && pauses[0] == 2500 && pauses[7] == 150_000)
        #expect(after(.failedForNow(reason: "x"), failures: 2).state == .failed)
        #expect(after(.failed(reason: "x")).state == .failed)
    }

    @Test func `an offline service is failed, skipped or waited for until the deadline`() {
        #expect(after(.offline(reason: "gone")).state == .failed)
        #expect(after(.offline(reason: "gone")) { $0.whenOffline = .skip }.state == .skipped)
        let waiting = after(.offline(reason: "gone"), failures: 99) { $0.whenOffline = .wait }
        #expect(waiting.state == .waiting && waiting.waiting == .offline)
        var policy = BatchPolicy()
        policy.whenOffline = .wait
        let late = BatchItemTransition.after(
            .offline(reason: "gone"), failures: 0, policy: policy, deadline: Timestamp(milliseconds: 5),
            now: Timestamp(milliseconds: 5), jitter: 0)
        #expect(late.state == .failed && late.reason == "gone, and did not come back in time")
    }

    @Test func `waiting for somebody is no failure, and what broke off may have changed something`() {
        let waiting = after(.offline(reason: "gone")) { $0.whenOffline = .wait }
        #expect(!waiting.isFailedAttempt && waiting.hasChanged == true)
        #expect(after(.failedForNow(reason: "x")).isFailedAttempt)
        #expect(after(.failed(reason: "x")).hasChanged == false)
        #expect(after(.busy(reason: "x")).hasChanged == nil)
    }

    @Test func `an attempt that ends after its batch has turned round is undone if it may have changed something`() {
        for outcome in [.done, .failedForNow(reason: "x"), .offline(reason: "x")] as [BatchOutcome] {
            #expect(after(outcome).settled(.back, .running).state == .succeeded, "\(outcome)")
        }
        #expect(after(.failed(reason: "x")).settled(.back, .running).state == .failed)
        #expect(after(.busy(reason: "x")).settled(.back, .running).state == .cancelled)
    }

    @Test func `an attempt that ends after its batch was cancelled is not tried again`() {
        #expect(after(.failedForNow(reason: "x")).settled(.forward, .cancelled).state == .cancelled)
        #expect(after(.done).settled(.forward, .cancelled).state == .succeeded)
        #expect(after(.failedForNow(reason: "x")).settled(.forward, .paused).state == .waiting)
    }
}
