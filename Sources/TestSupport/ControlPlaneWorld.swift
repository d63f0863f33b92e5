package import ControlPlane
package import Fleet
import Foundation
import Logging
package import Server
package import ServiceLifecycle
import Simulator
package import Store
package import Transport

/// A running control plane on a port of its own, with a signed-in system admin.
package struct ControlPlaneWorld: Sendable {
    package static let adminEmail = "admin@example.com"
    package static let adminPassword = "correct horse battery"

    package let plane: ControlPlane
    package let url: String
    /// As the system admin, by API token.
    package let admin: TestAPI

    /// Speaks to this control plane as whoever `authorization` proves.
    package func api(_ token: String?) -> TestAPI { TestAPI(url: url, token: token) }

    /// Makes an organization with a project.
    package func makeProject(_ name: String = "Plant") async throws -> (org: String, project: String) {
        let org = try await admin.post("/api/v1/orgs", ["name": "Org of \(name)"]).expect(201)["id"]
        let project = try await admin.post("/api/v1/orgs/\(org)/projects", ["name": name]).expect(201)["id"]
        return (org, project)
    }

    /// Makes an account and gives its API token.
    package func makeUser(_ body: [String: any Sendable]) async throws -> TestAPI {
        var body = body
        body["password"] = body["password"] ?? Self.adminPassword
        _ = try await admin.post("/api/v1/users", body).expect(201)
        let email = body["email"] as? String ?? ""
        let password = body["password"] as? String ?? ""
        let session = try await api(nil).post("/api/v1/session", ["email": email, "password": password]).expect(200)
        let token = try await api(nil).send(
            "POST", "/api/v1/tokens", json: ["name": "test"],
            headers: [("Cookie", session.cookie), ("X-CSRF-Token", session["csrfToken"])]
        ).expect(201)["token"]
        return api(token)
    }
}

/// How a test's control plane differs from the usual one.
package struct ControlPlaneWorldSettings: Sendable {
    /// Between two probes of a service.
    package var interval: Duration = .milliseconds(300)
    package var probeTimeout: Duration = .seconds(30)
    /// Few: a test process has not many connections to spare.
    package var tunnelRequestsPerAccount = 50
    package var server: ServerConfiguration
    package var agentAdmission = AdmissionControl.Limits(perSecond: 10_000, burst: 10_000, longestWait: 1)

    package init(interval: Duration = .milliseconds(300), server: ServerConfiguration = ServerConfiguration(port: 0)) {
        self.interval = interval
        self.server = server
    }
}

/// Runs a control plane for the time of the test.
/// - Parameters:
///   - engine: where its data is.
///   - interval: between two probes of a service.
package func withControlPlane<Result: Sendable>(
    on engine: TestEngine = .sqlite, interval: Duration = .milliseconds(300), edgeDomain: String = "localhost",
    proxyTimeout: Duration = .seconds(30), probeTimeout: Duration = .seconds(30), console: ConsoleBundle? = nil,
    agentAdmission: AdmissionControl.Limits? = nil,
    _ body: @Sendable @escaping (ControlPlaneWorld) async throws -> Result
) async throws -> Result {
    let server = ServerConfiguration(port: 0, edgeDomain: edgeDomain, proxyTimeout: proxyTimeout, console: console)
    var settings = ControlPlaneWorldSettings(interval: interval, server: server)
    settings.probeTimeout = probeTimeout
    if let agentAdmission { settings.agentAdmission = agentAdmission }
    return try await withDatabase(on: engine) { try await withControlPlane(over: $0, settings, body) }
}

/// Runs a control plane over a store that others may have open too.
package func withControlPlane<Result: Sendable>(
    over database: Database, _ settings: ControlPlaneWorldSettings,
    _ body: @Sendable @escaping (ControlPlaneWorld) async throws -> Result
) async throws -> Result {
    try await withTransportClient { transport in
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let context = ControlPlaneContext(database: database, now: { Timestamp(Date()) }, logger: logger)
        var configuration = ControlPlaneConfiguration(passwordCost: 4)
        configuration.monitor.interval = settings.interval
        configuration.monitor.timeout = settings.probeTimeout
        configuration.tunnelRequestsPerAccount = settings.tunnelRequestsPerAccount
        configuration.hostInterval = .milliseconds(500)
        configuration.agentAdmission = settings.agentAdmission
        let plane = try await ControlPlane.make(
            context, sealingKey: try SealingKey(bytes: Data(repeating: 7, count: 32)), transport: transport,
            configuration: configuration)
        _ = try await plane.firstAdministrator.ensure(
            email: ControlPlaneWorld.adminEmail, password: ControlPlaneWorld.adminPassword)
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let server = try ServerApplication(
            plane, configuration: settings.server, metrics: PrometheusMetrics(), logger: logger
        ) { ports in
            await plane.advertise("\(settings.server.tls == nil ? "http" : "https")://127.0.0.1:\(ports.main)")
            listening.yield(ports.main)
        }
        return try await withServices(plane.longRunning + [server]) {
            guard let port = await ports.first(where: { _ in true }) else {
                throw WorldError("the server did not start")
            }
            return try await body(try await world(plane, port: port, isSecure: settings.server.tls != nil))
        }
    }
}

/// Gives the test a client for direct connections, and shuts it down whatever happens.
package func withTransportClient<Result>(_ body: (DirectTransportClient) async throws -> Result) async throws -> Result
{
    let client = DirectTransportClient()
    do {
        let result = try await body(client)
        await client.shutdown()
        return result
    } catch {
        await client.shutdown()
        throw error
    }
}

private func world(_ plane: ControlPlane, port: Int, isSecure: Bool) async throws -> ControlPlaneWorld {
    let url = "\(isSecure ? "https" : "http")://127.0.0.1:\(port)"
    let anonymous = TestAPI(url: url, token: nil)
    let session = try await anonymous.post(
        "/api/v1/session", ["email": ControlPlaneWorld.adminEmail, "password": ControlPlaneWorld.adminPassword]
    ).expect(200)
    let token = try await anonymous.send(
        "POST", "/api/v1/tokens", json: ["name": "test"],
        headers: [("Cookie", session.cookie), ("X-CSRF-Token", session["csrfToken"])]
    ).expect(201)["token"]
    return ControlPlaneWorld(plane: plane, url: url, admin: TestAPI(url: url, token: token))
}

/// Runs services while `body` runs, then stops them gracefully.
package func withServices<Result: Sendable>(
    _ services: [any Service], _ body: @Sendable @escaping () async throws -> Result
) async throws -> Result {
    var configuration = ServiceGroupConfiguration(
        services: services, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    configuration.maximumGracefulShutdownDuration = .seconds(30)
    configuration.maximumCancellationDuration = .seconds(30)
    let group = ServiceGroup(configuration: configuration)
    return try await withThrowingTaskGroup(of: Result?.self) { tasks in
        tasks.addTask {
            try await group.run()
            return nil
        }
        tasks.addTask {
            do {
                let result = try await body()
                await group.triggerGracefulShutdown()
                return result
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
        }
        var result: Result?
        for try await finished in tasks { result = finished ?? result }
        guard let result else { throw WorldError("the services ended before the test did") }
        return result
    }
}

package struct WorldError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
