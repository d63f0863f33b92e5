import Drivers
import Fleet
import Testing
import Transport

@Suite struct CustomDriverTests {
    private let driver = CustomDriver()

    @Test(arguments: [200, 201, 204, 206]) func `2xx on the health path is well`(status: Int) async throws {
        let transport = FakeTransport(["/healthz?deep=1": .text("ok", status)])
        let pulse = try await driver.pulse(transport.session(healthPath: "/healthz?deep=1"), previous: nil)
        #expect(pulse == ServicePulse())
        #expect(transport.targets == ["/healthz?deep=1"])
    }

    @Test func `without a health path the root is asked`() async throws {
        let transport = FakeTransport(["/": .html()])
        _ = try await driver.survey(transport.session())
        #expect(transport.targets == ["/"])
    }

    @Test(arguments: [
        (503, "/healthz answered 503"), (404, "/healthz answered 404: is the category right?"),
    ])
    func `anything else is told`(status: Int, words: String) async throws {
        let transport = FakeTransport(["/healthz": .html(status)])
        let error = try await failure {
            try await driver.pulse(transport.session(healthPath: "/healthz"), previous: nil)
        }
        #expect(ProbeOutcome(error) == .missed(reason: words))
    }

    @Test func `a redirect is not followed but named`() async throws {
        let transport = FakeTransport(["/": .redirect("https://login.example/?x=\u{1B}[31m")])
        let error = try await failure { try await driver.pulse(transport.session(), previous: nil) }
        guard case .missed(let reason) = ProbeOutcome(error) else {
            Issue.record("\(error)")
            return
        }
        #expect(reason.hasPrefix("/ redirects to https://login.example/"))
        #expect(reason.hasSuffix(": set the service's real endpoint"))
        #expect(!reason.unicodeScalars.contains("\u{1B}"))
        #expect(transport.targets == ["/"])
    }

    @Test(arguments: [401, 403]) func `a refusal is not an outage`(status: Int) async throws {
        let error = try await failure {
            try await driver.pulse(FakeTransport(["/": .html(status)]).session(), previous: nil)
        }
        #expect(
            ProbeOutcome(error)
                == .refusedCredentials(reason: "the service refused the platform's credentials (\(status))"))
    }

    @Test func `an endless body does not matter`() async throws {
        let pulse = try await driver.pulse(FakeTransport(["/": .endless]).session(), previous: nil)
        #expect(pulse == ServicePulse())
    }

    @Test func `a body that never comes does not matter`() async throws {
        let pulse = try await driver.pulse(FakeTransport(["/": .silent]).session(), previous: nil)
        #expect(pulse == ServicePulse())
    }
}
