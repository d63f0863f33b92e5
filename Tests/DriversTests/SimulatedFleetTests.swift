import Drivers
import Fleet
import Foundation
import HTTPTypes
import Simulator
import TestSupport
import Testing
import Transport

/// The driver, the way there and the simulated service, over real connections.
@Suite struct SimulatedFleetTests {
    private let driver = NeuronEXDriver()

    /// A service of a simulated fleet with these faults, reached directly.
    private func withService(
        _ authentication: SimulatedAuthenticationConfiguration = .none, faults: SimulatedFaults = SimulatedFaults(),
        _ body: @Sendable @escaping (any Transport) async throws -> Void
    ) async throws {
        try await withFleet(SimulatedFleet.Configuration(count: 1, authentication: authentication)) { world in
            world.fleet.setFaults(faults, of: 0)
            let endpoint = try ServiceEndpoint(world.url(0))
            try await withTransportClient { client in
                try await body(
                    DirectTransport(
                        endpoint: RemoteEndpoint(
                            address: .tcp(host: endpoint.host, port: endpoint.port), usesTLS: false,
                            basePath: endpoint.basePath), client: client))
            }
        }
    }

    private func session(_ transport: any Transport, _ fields: HTTPFields = [:]) -> ServiceSession {
        ServiceSession(transport: transport, credentialFields: fields, healthPath: nil, timeout: .seconds(30))
    }

    @Test func `a pulse agrees with the survey`() async throws {
        try await withService { [driver] transport in
            let report = try await driver.survey(session(transport))
            #expect(report.version?.isEmpty == false)
            #expect(!report.drivers.isEmpty)
            #expect(report.tags.allocated > 0)
            let pulse = try await driver.pulse(session(transport), previous: nil)
            #expect(pulse.applied(to: report) == report)
        }
    }

    @Test func `the platform's key opens a service, and nothing else does`() async throws {
        let pair = try TestKey.pair.get()
        let jwt = SimulatedAuthenticationConfiguration(publicKeys: ["edgewright.pub": pair.publicPEM])
        let signer = try await EdgeTokenSigner(privatePEM: pair.privatePEM, issuer: "edgewright.pub") {
            Timestamp(Date())
        }
        let fields = try await signer.fields(for: driver.authentication)
        try await withService(jwt) { [driver] transport in
            _ = try await driver.pulse(session(transport, fields), previous: nil)
            for wrong: HTTPFields in [[:], [.authorization: "Bearer a.b.c"]] {
                let error = try await failure { try await driver.pulse(session(transport, wrong), previous: nil) }
                guard case .refusedCredentials = ProbeOutcome(error) else {
                    Issue.record("\(error)")
                    return
                }
            }
        }
    }

    @Test func `signing in with a password opens a service`() async throws {
        try await withService(SimulatedAuthenticationConfiguration(takesPasswords: true)) { [driver] transport in
            let token = try await driver.logIn(username: "admin", password: "0000", over: transport)
            _ = try await driver.survey(session(transport, [.authorization: "Bearer \(token)"]))
            let error = try await failure {
                try await driver.logIn(username: "admin", password: "wrong", over: transport)
            }
            #expect(
                error as? ServiceAnswerError == .refusedCredentials("the service refused user name or password"))
        }
    }

    @Test(arguments: ["offline", "hang", "errors=status", "errors=code", "endless", "redirect=http://elsewhere/"])
    func `each fault is a miss with a reason`(fault: String) async throws {
        var faults = SimulatedFaults()
        let isKnown = faults.set(fault)
        try #require(isKnown)
        try await withService(faults: faults) { [driver] transport in
            let session = ServiceSession(
                transport: transport, credentialFields: [:], healthPath: nil, timeout: .milliseconds(500))
            let error = try await failure { try await driver.pulse(session, previous: nil) }
            guard case .missed(let reason) = ProbeOutcome(error) else {
                Issue.record("\(error)")
                return
            }
            #expect(!reason.isEmpty)
        }
    }
}
