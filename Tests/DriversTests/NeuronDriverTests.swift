import Drivers
import Fleet
import HTTPTypes
import Testing
import Transport

@Suite struct NeuronDriverTests {
    private let driver = NeuronDriver()

    @Test func `a pulse is one request and tells running and link state`() async throws {
        let transport = FakeTransport(Recorded.neuron)
        let pulse = try await driver.pulse(transport.session(), previous: nil)
        #expect(transport.targets == ["/api/v2/node/state"])
        #expect(pulse.rules == nil)
        let states = try #require(pulse.nodes?.value)
        #expect(states.map(\.name) == ["m1", "press-2", "mq"])
        #expect(states.map(\.running) == [true, true, false])
        #expect(states.map(\.connected) == [true, false, false])
        #expect(states.map(\.roundTrip) == [12, nil, 0])
    }

    @Test func `a survey tells drivers with their side, tags, records and system`() async throws {
        let transport = FakeTransport(Recorded.neuron)
        let report = try await driver.survey(transport.session())
        #expect(report.version == "2.15.0")
        #expect(report.drivers.map(\.direction) == [.south, .south, .north])
        #expect(report.drivers.map(\.plugin) == ["Modbus TCP", "Modbus TCP", "MQTT"])
        #expect(report.drivers.map(\.isAbnormal) == [false, true, false])
        #expect(report.tags == TagUsage(allocated: 0, used: 10))
        #expect(report.recordsIn == 100)
        #expect(report.recordsOut == 6)
        #expect(report.rules.isEmpty)
        #expect(
            report.system
                == SystemInformation(
                    os: "Debian GNU/Linux 12", kernel: "6.18.44-fc-v769", architecture: "x86_64", uptime: 11,
                    memoryUsed: 18_636_800, memoryTotal: 25_276_063_744))
    }

    @Test func `no request is made that was seen to kill an instance or never to answer`() async throws {
        let transport = FakeTransport(Recorded.neuron)
        _ = try await driver.pulse(transport.session(), previous: nil)
        _ = try await driver.survey(transport.session())
        for target in transport.targets {
            for bad in ["/global", "/certs", "/auth", "/scan", "/read"] { #expect(!target.contains(bad)) }
        }
    }

    @Test func `a gateway without nodes and metrics is well`() async throws {
        var answers = Recorded.neuron
        answers["/api/v2/node/state"] = .json(#"{"states": [], "neuron_core": "notice"}"#)
        answers["/api/v2/node?type=1"] = .json(#"{"nodes": []}"#)
        answers["/api/v2/node?type=2"] = .json(#"{"nodes": []}"#)
        answers["/api/v2/metrics"] = nil
        let report = try await driver.survey(FakeTransport(answers).session())
        #expect(report.drivers.isEmpty)
        #expect(report.version == "2.15.0")
    }

    @Test func `an unchanged answer is taken over, a changed one is read`() async throws {
        let first = try await driver.pulse(FakeTransport(Recorded.neuron).session(), previous: nil)
        // Proof that nothing is parsed: a value that no answer holds comes back.
        var marked = first
        marked.nodes?.value[0].roundTrip = 4711
        let same = try await driver.pulse(FakeTransport(Recorded.neuron).session(), previous: marked)
        #expect(same == marked)
        let stopped = Recorded.neuronStates.replacing(#""running": 3"#, with: #""running": 4"#)
        let changed = try await driver.pulse(
            FakeTransport(["/api/v2/node/state": .json(stopped)]).session(), previous: marked)
        #expect(changed.nodes?.value.map(\.running) == [false, false, false])
        #expect(changed.nodes?.hash != first.nodes?.hash)
    }

    @Test(arguments: [
        (401, 1004, "1004"), (401, 1005, "certs folder"), (403, 1007, "token not accepted"), (200, 1005, "1005"),
    ])
    func `a refused credential is told apart from an outage`(status: Int, code: Int, words: String) async throws {
        let transport = FakeTransport(["/api/v2/node/state": .json("{\"error\": \(code)}", status)])
        let error = try await failure { try await driver.pulse(transport.session(), previous: nil) }
        guard case .refusedCredentials(let reason) = ProbeOutcome(error) else {
            Issue.record("\(error)")
            return
        }
        #expect(reason.contains(words))
    }

    @Test func `an expired token is told as such`() async throws {
        let transport = FakeTransport(["/api/v2/node/state": .json(#"{"error": 1006}"#, 403)])
        let error = try await failure { try await driver.pulse(transport.session(), previous: nil) }
        #expect(error as? ServiceAnswerError == .tokenExpired)
    }

    @Test func `a status of 200 with an error is no success`() async throws {
        let transport = FakeTransport(["/api/v2/node/state": .json(#"{"error": 1001}"#)])
        let error = try await failure { try await driver.pulse(transport.session(), previous: nil) }
        #expect(
            ProbeOutcome(error)
                == .missed(reason: "/api/v2/node/state answered with error 1001 (internal error)"))
        var answers = Recorded.neuron
        answers["/api/v2/metrics"] = .json(#"{"error": 1010}"#)
        let second = try await failure { try await driver.survey(FakeTransport(answers).session()) }
        #expect(
            ProbeOutcome(second) == .missed(reason: "/api/v2/metrics answered with error 1010 (the service is busy)"))
    }

    @Test func `credentials go with every request`() async throws {
        let transport = FakeTransport(Recorded.neuron)
        _ = try await driver.survey(transport.session([.authorization: "Bearer x"]))
        #expect(transport.asked.allSatisfy { $0.headerFields[.authorization] == "Bearer x" })
    }
}

/// What `body` throws.
func failure(_ body: () async throws -> some Any) async throws -> any Error {
    do {
        _ = try await body()
    } catch {
        return error
    }
    Issue.record("nothing was thrown")
    throw CancellationError()
}
