package import Fleet
import NIOCore
package import Transport

/// Neuron, the data collection engine, under `/api/v2`.
///
/// Calls that were seen never to answer or to kill an instance (`/global/config` and its kin, `/certs` and
/// `/auth/basic` without a server plugin) are not made.
package struct NeuronDriver: ServiceDriver {
    package let category = ServiceCategory.neuron
    package let capabilities: DriverCapabilities = [.drivers, .tagUsage, .platformTokens, .passwords]
    package let authentication = DriverAuthentication(audience: "neuron", password: .login)
    private let api = NeuronAPI(prefix: "/api/v2", dialect: .neuron)

    package init() {}

    package func pulse(_ session: ServiceSession, previous: ServicePulse?) async throws -> ServicePulse {
        ServicePulse(nodes: try await api.nodeStates(session, previous: previous?.nodes))
    }

    package func survey(_ session: ServiceSession) async throws -> ServiceReport {
        struct Version: Decodable { let version: String }
        let path = "/api/v2/version"
        let version = try AnswerReader(path: path, dialect: .neuron)
            .decode(Version.self, from: try await session.get(path, as: .neuron))
        let states = try await api.nodeStates(session, previous: nil)
        let drivers = try await api.drivers(session, states: states.value)
        let metrics = try await api.metrics(session)
        return ServiceReport(
            version: ReportBounds.text(version.version), system: metrics.system, drivers: drivers, tags: metrics.tags,
            recordsIn: metrics.recordsIn, recordsOut: metrics.recordsOut)
    }

    package func logIn(username: String, password: String, over transport: any Transport) async throws -> String {
        struct Login: Encodable { let name: String, pass: String }
        return try await ServiceLogin(path: "/api/v2/login", dialect: .neuron)
            .token(for: Login(name: username, pass: password), over: transport)
    }
}
