package import Fleet
import HTTPTypes
import NIOCore
package import Transport

/// NeuronEX: data collection by Neuron, data processing by eKuiper, and a shell of its own around both.
package struct NeuronEXDriver: ServiceDriver {
    package let category = ServiceCategory.neuronex
    package let capabilities: DriverCapabilities = [.drivers, .rules, .tagUsage, .platformTokens, .passwords]
    private let neuron = NeuronAPI(prefix: "/api/neuron")
    private let ekuiper = EKuiperAPI(prefix: "/api/ekuiper")

    package init() {}

    package func pulse(_ session: ServiceSession, previous: ServicePulse?) async throws -> ServicePulse {
        ServicePulse(
            nodes: try await neuron.nodeStates(session, previous: previous?.nodes),
            rules: try await ekuiper.rules(session, previous: previous?.rules))
    }

    package func survey(_ session: ServiceSession) async throws -> ServiceReport {
        let system = try await system(session)
        let states = try await neuron.nodeStates(session, previous: nil)
        let rules = try await ekuiper.rules(session, previous: nil)
        let licence = try await licence(session)
        let records = try await records(session)
        return ServiceReport(
            version: system.version, system: system.information,
            drivers: try await neuron.drivers(session, states: states.value), rules: rules.value, tags: licence,
            recordsIn: records.in, recordsOut: records.out)
    }

    private func system(
        _ session: ServiceSession
    ) async throws -> (version: String, information: SystemInformation) {
        // Numbers are texts in this answer.
        struct Answer: Decodable {
            let version: String
            let neuronRunningTime, neuronMemoryUsed, neuronMemoryTotal, ekuiperMemoryUsed: String?
            let os, kernel, arch: String?
        }
        let answer = try session.decode(Answer.self, from: try await session.get("/api/system"), path: "/api/system")
        let used = [answer.neuronMemoryUsed, answer.ekuiperMemoryUsed].compactMap { $0.flatMap { Int64($0) } }
        let information = SystemInformation(
            os: answer.os, kernel: answer.kernel, architecture: answer.arch,
            uptime: answer.neuronRunningTime.flatMap { Int64($0) },
            memoryUsed: used.isEmpty ? nil : used.reduce(0) { $0.addingReportingOverflow($1).partialValue },
            memoryTotal: answer.neuronMemoryTotal.flatMap { Int64($0) })
        return (answer.version, information)
    }

    private func licence(_ session: ServiceSession) async throws -> TagUsage {
        struct Answer: Decodable { let totalTagCount: Int?, usedTagCount: Int? }
        let answer = try session.decode(Answer.self, from: try await session.get("/api/license"), path: "/api/license")
        return TagUsage(allocated: answer.totalTagCount ?? 0, used: answer.usedTagCount ?? 0)
    }

    private func records(_ session: ServiceSession) async throws -> (in: Int64, out: Int64) {
        struct Answer: Decodable {
            struct Liveness: Decodable { let `in`: Int64, out: Int64 }
            let liveness: Liveness
        }
        let path = "/api/status/liveness"
        let answer = try session.decode(Answer.self, from: try await session.get(path), path: path)
        return (answer.liveness.in, answer.liveness.out)
    }

    package func logIn(
        username: String, password: String, over transport: any Transport
    ) async throws -> String {
        struct Login: Encodable { let name: String, password: String }
        return try await ServiceLogin.token(
            Login(name: username, password: password), path: "/api/login", over: transport)
    }
}
