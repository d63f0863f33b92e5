import Drivers
import Fleet
import HTTPTypes
import NIOCore
import Testing
import Transport

@Suite struct NeuronEXDriverTests {
    private let driver = NeuronEXDriver()

    @Test func `a pulse is two requests, one after the other`() async throws {
        let transport = FakeTransport(Recorded.neuronex)
        let pulse = try await driver.pulse(transport.session(), previous: nil)
        #expect(transport.targets == ["/api/neuron/node/state", "/api/ekuiper/rules"])
        #expect(pulse.nodes?.value.count == 3)
        #expect(pulse.rules?.value.map(\.running) == [true, false])
        #expect(pulse.rules?.value.map(\.id) == ["rule1", "rule 2"])
        #expect(pulse.rules?.value.map(\.status) == ["running", "stopped by error"])
    }

    @Test func `a survey tells everything`() async throws {
        let report = try await driver.survey(FakeTransport(Recorded.neuronex).session())
        #expect(report.version == "3.6.0")
        #expect(report.system.uptime == 6332)
        #expect(report.system.memoryUsed == 92_680_192)
        #expect(report.system.memoryTotal == 4_125_425_664)
        #expect(report.tags == TagUsage(allocated: 30, used: 7))
        #expect(report.recordsIn == 853)
        #expect(report.recordsOut == 41)
        #expect(report.drivers.count == 3)
        #expect(report.rules.count == 2)
    }

    @Test func `what an older or smaller edition does not have counts nothing`() async throws {
        var answers = Recorded.neuronex
        for missing in ["/api/license", "/api/status/liveness", "/api/ekuiper/rules"] { answers[missing] = nil }
        let report = try await driver.survey(FakeTransport(answers).session())
        #expect(report.version == "3.6.0")
        #expect(report.tags == TagUsage(allocated: 0, used: 0))
        #expect(report.rules.isEmpty)
        let pulse = try await driver.pulse(FakeTransport(answers).session(), previous: nil)
        #expect(pulse.rules == nil)
    }

    @Test func `an error with status 200 does not pass where every member is optional`() async throws {
        var answers = Recorded.neuronex
        answers["/api/license"] = .json(#"{"error": 2400}"#)
        let error = try await failure { try await driver.survey(FakeTransport(answers).session()) }
        #expect(ProbeOutcome(error) == .missed(reason: "/api/license answered with error 2400 (no licence)"))
    }

    @Test func `numbers may come as numbers or as texts`() async throws {
        var answers = Recorded.neuronex
        answers["/api/system"] = .json(
            Recorded.system.replacing(#""neuronRunningTime":"6332""#, with: #""neuronRunningTime":6332.9"#)
                .replacing(#""neuronMemoryUsed":"8364032""#, with: #""neuronMemoryUsed":"unknown""#))
        let report = try await driver.survey(FakeTransport(answers).session())
        #expect(report.system.uptime == 6332)
        #expect(report.system.memoryUsed == 84_316_160)
    }

    @Test func `NeuronEX refuses in front of its eKuiper with Neuron's codes`() async throws {
        var answers = Recorded.neuronex
        answers["/api/ekuiper/rules"] = .json(#"{"error": 1005}"#, 401)
        let error = try await failure { try await driver.pulse(FakeTransport(answers).session(), previous: nil) }
        guard case .refusedCredentials(let reason) = ProbeOutcome(error) else {
            Issue.record("\(error)")
            return
        }
        #expect(reason.contains("token not accepted (error 1005)"))
        #expect(reason.contains("etc folder"))
    }

    @Test func `the sign-in gives the service's token`() async throws {
        let transport = FakeTransport { request in
            guard case .bytes(let body) = request.body, request.method == .post, request.target == "/api/login" else {
                return .html(404)
            }
            let text = String(buffer: body)
            let isRight = text.contains(#""name":"admin""#) && text.contains(#""password":"0000""#)
            return isRight ? .json(#"{"token": "abc.def.ghi", "role": "Administrator"}"#) : .json("{}", 401)
        }
        #expect(try await driver.logIn(username: "admin", password: "0000", over: transport) == "abc.def.ghi")
        let error = try await failure {
            try await driver.logIn(username: "admin", password: "wrong", over: transport)
        }
        #expect(
            error as? ServiceAnswerError == .refusedCredentials("the service refused user name or password"))
    }

    @Test(arguments: ["", "two words", "line\\nbreak", "über", String(repeating: "x", count: 9000)])
    func `a token that could do harm in a header field is refused`(token: String) async throws {
        let transport = FakeTransport(["/api/login": .json("{\"token\": \"\(token)\"}")])
        let error = try await failure { try await driver.logIn(username: "a", password: "b", over: transport) }
        #expect(
            error as? ServiceAnswerError == .unusable("/api/login answered with something that can't be a token"))
    }
}
