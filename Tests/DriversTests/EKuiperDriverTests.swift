import Drivers
import Fleet
import Testing
import Transport

@Suite struct EKuiperDriverTests {
    private let driver = EKuiperDriver()

    @Test func `a survey tells version, rules and records`() async throws {
        let transport = FakeTransport(Recorded.ekuiper)
        let report = try await driver.survey(transport.session())
        #expect(report.version == "2.1.0")
        #expect(report.system.os == "linux")
        #expect(report.system.uptime == 14)
        #expect(report.system.memoryTotal == 4_125_425_664)
        #expect(report.rules.map(\.running) == [true, false])
        #expect(report.recordsIn == 5)
        #expect(report.recordsOut == 2)
        #expect(report.drivers.isEmpty)
        // A rule that does not run is not asked.
        #expect(transport.targets == ["/", "/rules", "/rules/rule1/status"])
    }

    @Test func `an engine without rules answers null or an empty list`() async throws {
        for body in ["null", "[]", " [ ] \n"] {
            let pulse = try await driver.pulse(FakeTransport(["/rules": .json(body)]).session(), previous: nil)
            #expect(pulse.rules?.value == [])
        }
    }

    @Test(arguments: [
        ("Running", true), ("running", true), ("starting", false), ("Stopped: canceled by error.", false),
        ("stopped: waiting for next schedule.", false), ("error: no such rule", false), ("", false),
    ])
    func `only a running rule counts as running`(status: String, isRunning: Bool) async throws {
        let body = "[{\"id\":\"r\",\"status\":\"\(status)\"}]"
        let pulse = try await driver.pulse(FakeTransport(["/rules": .json(body)]).session(), previous: nil)
        #expect(pulse.rules?.value == [RuleState(id: "r", running: isRunning, status: status)])
    }

    @Test func `eKuiper's error numbers are not read as Neuron's`() async throws {
        let transport = FakeTransport([
            "/rules": .json(#"{"error":1005,"message":"Show rules error: EOF"}"#, 400)
        ])
        let error = try await failure { try await driver.pulse(transport.session(), previous: nil) }
        #expect(ProbeOutcome(error) == .missed(reason: "/rules answered with error 1005 (Show rules error: EOF)"))
    }

    @Test func `a refusal is told in eKuiper's own words`() async throws {
        let missing = FakeTransport(["/rules": .text("missing_token\n", 401)])
        let error = try await failure { try await driver.pulse(missing.session(), previous: nil) }
        #expect(
            ProbeOutcome(error)
                == .refusedCredentials(reason: "the service refused the platform's credentials (401: missing_token)"))
        let expired = FakeTransport([
            "/rules": .text("validate token error: token has invalid claims: token is expired\n", 401)
        ])
        let second = try await failure { try await driver.pulse(expired.session(), previous: nil) }
        #expect(second as? ServiceAnswerError == .tokenExpired)
    }

    @Test func `a rule that vanished meanwhile or tells nonsense counts nothing`() async throws {
        let rules = (1...4).map { "{\"id\":\"r\($0)\",\"status\":\"running\"}" }.joined(separator: ",")
        let transport = FakeTransport([
            "/": .json(Recorded.ekuiperInformation), "/rules": .json("[\(rules)]"),
            "/rules/r1/status": .json(#"{"error":1002,"message":"Rule r1 is not found"}"#, 404),
            "/rules/r2/status": .json(#"{"source_a_0_records_in_total": "many"}"#),
            "/rules/r3/status": .html(),
            "/rules/r4/status": .json(Recorded.ruleStatus),
        ])
        let report = try await driver.survey(transport.session())
        #expect(report.recordsIn == 5)
        #expect(report.recordsOut == 2)
    }

    @Test func `only so many rules are asked, and their names are escaped`() async throws {
        let rules = (1...100).map { "{\"id\":\"rule/\($0)?\",\"status\":\"running\"}" }.joined(separator: ",")
        let transport = FakeTransport { request in
            switch request.target {
            case "/": .json(Recorded.ekuiperInformation)
            case "/rules": .json("[\(rules)]")
            default: .json(Recorded.ruleStatus)
            }
        }
        let report = try await driver.survey(transport.session())
        #expect(report.rules.count == 100)
        #expect(transport.targets.count == 2 + 32)
        #expect(transport.targets[2] == "/rules/rule%2F1%3F/status")
        #expect(report.recordsIn == 32 * 5)
    }

    @Test func `a dead connection in the middle of a survey is told`() async throws {
        let transport = FakeTransport { request in
            guard !request.target.hasSuffix("/status") else {
                throw TransportError(.connectionClosed, "10.0.0.7:9081 closed the connection")
            }
            return Recorded.ekuiper[request.target] ?? .html(404)
        }
        let error = try await failure { try await driver.survey(transport.session()) }
        #expect(ProbeOutcome(error) == .missed(reason: "10.0.0.7:9081 closed the connection"))
    }
}
