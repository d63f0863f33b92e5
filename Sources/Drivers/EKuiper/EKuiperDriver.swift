package import Fleet
import NIOCore
import Transport

/// eKuiper, the stream processing engine, with its REST API at the root.
package struct EKuiperDriver: ServiceDriver {
    package let category = ServiceCategory.ekuiper
    package let capabilities: DriverCapabilities = [.rules, .platformTokens, .passwords]
    /// It takes the token alone, without a scheme before it, and its `iss` is the key file's name with the ending. It
    /// knows no users: a password is for a reverse proxy in front of it.
    package let authentication = DriverAuthentication(
        audience: "eKuiper", tokenPrefix: "", password: .basic)
    private let api = EKuiperAPI(prefix: "", dialect: .ekuiper)

    package init() {}

    package func pulse(_ session: ServiceSession, previous: ServicePulse?) async throws -> ServicePulse {
        ServicePulse(rules: try await api.rules(session, previous: previous?.rules))
    }

    package func survey(_ session: ServiceSession) async throws -> ServiceReport {
        struct Information: Decodable {
            let version: String
            let os, arch: String?
            let memoryUsed, memoryTotal, upTimeSeconds: LooseInteger?
        }
        let reader = AnswerReader(path: "/", dialect: .ekuiper)
        let information = try reader.decode(Information.self, from: try await session.get("/", as: .ekuiper))
        let rules = try await api.rules(session, previous: nil)
        let records = try await api.records(session, rules: rules.value)
        return ServiceReport(
            version: ReportBounds.text(information.version),
            system: SystemInformation(
                os: ReportBounds.text(information.os), architecture: ReportBounds.text(information.arch),
                uptime: information.upTimeSeconds?.value, memoryUsed: information.memoryUsed?.value,
                memoryTotal: information.memoryTotal?.value),
            rules: rules.value, recordsIn: records.in, recordsOut: records.out)
    }
}
