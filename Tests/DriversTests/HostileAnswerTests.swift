import Drivers
import Fleet
import Testing
import Transport

@Suite struct HostileAnswerTests {
    private static let states = "/api/neuron/node/state"
    private let driver = NeuronEXDriver()

    private func outcome(_ answer: FakeAnswer, timeout: Duration = .seconds(30)) async throws -> ProbeOutcome {
        var answers = Recorded.neuronex
        answers[Self.states] = answer
        let session = FakeTransport(answers).session(timeout: timeout)
        return ProbeOutcome(try await failure { try await driver.pulse(session, previous: nil) })
    }

    @Test(arguments: [
        ("<html>hello</html>", "a web page instead of JSON"), ("", "nothing instead of JSON"),
        ("hello", "something that is not JSON"), ("[]", "JSON of an unknown form"), ("{}", "JSON of an unknown form"),
        (#"{"states": {}}"#, "JSON of an unknown form"), (#"{"states": [1]}"#, "JSON of an unknown form"),
        (#"{"states": [{"node": 1, "running": 3, "link": 1}]}"#, "JSON of an unknown form"),
        (#"{"states": [{"node": "a", "running": "3", "link": 1}]}"#, "JSON of an unknown form"),
        (#"{"states": [{"node": "a"}]}"#, "JSON of an unknown form"),
        (#"{"states": []} trailing"#, "JSON of an unknown form"), (#"{"states": ["#, "JSON of an unknown form"),
    ])
    func `what is not the expected JSON is told with its path`(body: String, words: String) async throws {
        guard case .missed(let reason) = try await outcome(.json(body)) else {
            Issue.record("it passed")
            return
        }
        #expect(reason == "\(Self.states) answered with \(words): is the category right?")
    }

    @Test func `good JSON with a wrong content type is good`() async throws {
        var answers = Recorded.neuronex
        answers[Self.states] = .text(Recorded.neuronStates, type: "application/octet-stream")
        answers["/api/ekuiper/rules"] = .text(Recorded.rules, type: "text/html")
        let pulse = try await driver.pulse(FakeTransport(answers).session(), previous: nil)
        #expect(pulse.nodes?.value.count == 3)
        #expect(pulse.rules?.value.count == 2)
    }

    @Test func `a body in many small pieces is put together`() async throws {
        var answers = Recorded.neuronex
        answers[Self.states] = FakeAnswer(200, body: FakeAnswer.chunks(Recorded.neuronStates.map(String.init)))
        let pulse = try await driver.pulse(FakeTransport(answers).session(), previous: nil)
        #expect(pulse.nodes?.value.count == 3)
    }

    @Test func `an endless answer ends`() async throws {
        guard case .missed(let reason) = try await outcome(.endless) else {
            Issue.record("it passed")
            return
        }
        #expect(reason.contains("longer than"))
    }

    @Test func `an answer that stops in the middle ends`() async throws {
        guard case .missed(let reason) = try await outcome(.silent, timeout: .milliseconds(50)) else {
            Issue.record("it passed")
            return
        }
        #expect(reason.contains("not complete in time"))
    }

    @Test func `a redirect and a plain failure are told`() async throws {
        #expect(
            try await outcome(.redirect("http://elsewhere/"))
                == .missed(reason: "\(Self.states) redirects to http://elsewhere/: set the service's real endpoint"))
        #expect(try await outcome(.html(500)) == .missed(reason: "\(Self.states) answered 500"))
    }

    @Test func `more drivers than any real service has are refused`() async throws {
        let many = String(repeating: #"{"node":"a","running":3,"link":1},"#, count: 10_001).dropLast()
        #expect(
            try await outcome(.json("{\"states\":[\(many)]}"))
                == .missed(reason: "\(Self.states) lists more than 10000 drivers"))
    }

    @Test func `huge numbers neither stop the platform nor spoil a project's sums`() async throws {
        let huge = "9223372036854775807"
        var answers = Recorded.neuronex
        answers["/api/license"] = .json("{\"totalTagCount\": 1e300, \"usedTagCount\": -5}")
        answers["/api/status/liveness"] = .json("{\"liveness\": {\"in\": \(huge), \"out\": 99999999999999999999999}}")
        answers["/api/system"] = .json(
            "{\"version\": \"3\", \"neuronMemoryUsed\": \"\(huge)\", \"ekuiperMemoryUsed\": \"\(huge)\"}")
        answers[Self.states] = .json(
            "{\"states\": [{\"node\": \"m1\", \"running\": 3, \"link\": 1, \"rtt\": 99999999999999999999}]}")
        let report = try await driver.survey(FakeTransport(answers).session())
        #expect(report.recordsIn.multipliedReportingOverflow(by: 50_000).overflow == false)
        #expect(report.recordsOut.multipliedReportingOverflow(by: 50_000).overflow == false)
        #expect(report.tags.allocated == 1_000_000_000)
        #expect(report.tags.used == 0)

        var neuron = Recorded.neuron
        let lines = (0..<20).map { "tag_reads_total{node=\"\($0)\"} 9.2e18\ntags_total{node=\"\($0)\"} +Inf" }
        neuron["/api/v2/metrics"] = .text(
            lines.joined(separator: "\n") + "\nuptime_seconds NaN\nmem_used_bytes -1e300\nsend_msgs_total x\n\n{} 1\n")
        let second = try await NeuronDriver().survey(FakeTransport(neuron).session())
        #expect(second.recordsIn == report.recordsIn)
        #expect(second.tags.used == 1_000_000_000)
        #expect(second.system.uptime == 0)
    }

    @Test func `names and texts are cut and cleaned`() async throws {
        let long = String(repeating: "n", count: 5000)
        var answers = Recorded.neuronex
        answers[Self.states] = .json("{\"states\": [{\"node\": \"\(long)\", \"running\": 3, \"link\": 1}]}")
        answers["/api/ekuiper/rules"] = .json(#"[{"id":"r","status":"stopped: \u001b[31mred\n\u202eetorw"}]"#)
        let pulse = try await driver.pulse(FakeTransport(answers).session(), previous: nil)
        #expect(pulse.nodes?.value.first?.name.count == 256)
        #expect(pulse.rules?.value.first?.status == "stopped:  [31mred  etorw")
    }
}

@Suite struct ProbeOutcomeTests {
    @Test func `a peer that does not answer is missed, a broken path says nothing of the peer`() {
        let refused = TransportError(.connectionRefused, "connection refused by 10.0.0.7:7000")
        #expect(ProbeOutcome(refused) == .missed(reason: "connection refused by 10.0.0.7:7000"))
        #expect(ProbeOutcome(TransportError(.timedOut, "late")) == .missed(reason: "late"))
        #expect(ProbeOutcome(TransportError(.pathDown, "agent away")) == .pathFailed(reason: "agent away"))
        #expect(ProbeOutcome(TransportError(.invalidRequest, "bad key")) == .pathFailed(reason: "bad key"))
        let lost = EdgewrightError(.internal, "The service has lost its password.")
        #expect(ProbeOutcome(lost) == .pathFailed(reason: "The service has lost its password."))
    }

    @Test func `an error nobody knows is not shown to people`() {
        struct Odd: Error { let secret = "hunter2" }
        guard case .missed(let reason) = ProbeOutcome(Odd()) else {
            Issue.record("it is no miss")
            return
        }
        #expect(!reason.contains("hunter2"))
    }
}
