import ArgumentParser
import Fleet
import Testing

@testable import edgewright

private func policy(_ arguments: String...) throws -> BatchPolicy? {
    try RestartServicesCommand.parse(["x"] + arguments).policy.policy(for: .restart)
}

struct BatchArgumentTests {
    @Test func `nothing said of the policy is the server's own`() throws {
        #expect(try policy() == nil)
    }

    @Test func `a policy is what was said, and the rest as it is for the kind`() throws {
        let said = try policy(
            "--waves", "10%, 50%", "--concurrency", "4", "--per-host", "1", "--failure-threshold", "5%",
            "--on-failure", "continue", "--health-gate", "2m", "--when-offline", "wait", "--offline-deadline", "24h",
            "--window", "mon-fri 22:00-04:00 Europe/Berlin", "--retries", "0")
        var expected = BatchPolicy()
        expected.waves = [.percent(10), .percent(50)]
        expected.concurrency = 4
        expected.concurrencyPerHost = 1
        expected.failureThreshold = .percent(5)
        expected.onFailure = .continue
        expected.healthGate = 120
        expected.whenOffline = .wait
        expected.window = MaintenanceWindow(
            days: [.monday, .tuesday, .wednesday, .thursday, .friday], from: "22:00", to: "04:00",
            timeZone: "Europe/Berlin")
        expected.retries = 0
        #expect(said == expected)
        let tagging = try TagServicesCommand.parse(["x", "--add", "a", "--retries", "7"])
        #expect(tagging.policy.policy(for: .tag)?.onFailure == .continue)
    }

    @Test(arguments: [
        (["--waves", "10,x"], "--waves"), (["--waves", "60%,60%"], "--waves"),
        (["--concurrency", "0"], "--concurrency"),
        (["--per-host", "5000"], "--per-host"), (["--failure-threshold", "-1"], "--failure-threshold"),
        (["--on-failure", "rollback"], "--on-failure"), (["--health-gate", "soon"], "--health-gate"),
        (["--offline-deadline", "5"], "--offline-deadline"), (["--window", "22:00-04:00"], "--window"),
        (["--window", "mon 22:00-25:00 Europe/Berlin"], "--window"), (["--window", "22-4 UTC"], "--window"),
        (["--window", "day 22:00-04:00 UTC"], "--window"), (["--window", "mon 22:00-04:00 Berlin"], "--window"),
        (["--retries", "99"], "--retries"), (["--when-offline", "hope"], "--when-offline"),
    ])
    func `an error names the option`(arguments: [String], option: String) {
        #expect {
            _ = try RestartServicesCommand.parse(["x"] + arguments)
        } throws: { error in
            let message = RestartServicesCommand.message(for: error)
            return message.contains("\(option) ") && RestartServicesCommand.exitCode(for: error) == .validationFailure
        }
    }

    @Test(arguments: [
        ("fri-mon 22:00-04:00 UTC", [MaintenanceWindow.Day.monday, .friday, .saturday, .sunday]),
        ("Sat,sunday 00:00-00:00 UTC", [.saturday, .sunday]), ("01:00-02:00 UTC", []), ("daily 01:00-02:00 UTC", []),
    ])
    func `the days of a window`(text: String, days: [MaintenanceWindow.Day]) throws {
        #expect(try BatchPolicyText.window(text).days == days)
    }

    @Test func `times have units`() throws {
        let seconds = try ["90", "30s", "10m", "24h", "7d"].map(BatchPolicyText.seconds)
        #expect(seconds == [90, 30, 600, 86_400, 604_800])
        for text in ["", "h", "-1", "1.5h", "99999999999999999d"] {
            #expect(throws: ValidationError.self) { try BatchPolicyText.seconds(text) }
        }
    }

    @Test func `a log has a line for what matters, not for each target`() {
        var batch = Batch(
            id: Identifier(rawValue: "b"), projectId: Identifier(rawValue: "p"),
            request: CreateBatchRequest(kind: .upgrade, targets: BatchTargets()), policy: BatchPolicy(),
            createdBy: "", createdAt: Timestamp(milliseconds: 0))
        batch.state = .running
        batch.counts.pending = 1000
        let first = BatchProgress(batch)
        #expect(first.isNews(after: nil))
        batch.counts.pending = 999
        batch.counts.succeeded = 1
        #expect(!BatchProgress(batch).isNews(after: first))
        batch.counts.pending = 900
        batch.counts.succeeded = 100
        #expect(BatchProgress(batch).isNews(after: first))
        batch.counts = BatchCounts()
        batch.counts.pending = 999
        batch.counts.failed = 1
        #expect(BatchProgress(batch).isNews(after: first))
        batch.reason = "a\u{1B}b"
        #expect(
            BatchProgress(batch).line(at: Timestamp(milliseconds: 0))
                == "1970-01-01T00:00:00Z  running  1 of 1000 done, 1 failed  (a b)\n")
        batch.counts.pending = 0
        batch.direction = .back
        batch.state = .rolledBack
        batch.reason = ""
        #expect(
            BatchProgress(batch).line(at: Timestamp(milliseconds: 0))
                == "1970-01-01T00:00:00Z  rolledBack  nothing to undo, 1 failed\n")
    }
}
