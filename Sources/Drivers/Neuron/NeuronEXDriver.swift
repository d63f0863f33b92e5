package import Fleet
import NIOCore
package import Transport

/// NeuronEX: data collection by Neuron, data processing by eKuiper, and a shell of its own around both.
package struct NeuronEXDriver: ServiceDriver {
    package let category = ServiceCategory.neuronex
    package let capabilities: DriverCapabilities = [.drivers, .rules, .tagUsage, .platformTokens, .passwords]
    package let authentication = DriverAuthentication(audience: "neuronex", password: .login)
    private let neuron = NeuronAPI(prefix: "/api/neuron", dialect: .neuronex)
    private let ekuiper = EKuiperAPI(prefix: "/api/ekuiper", dialect: .ekuiperInNeuronEX)

    package init() {}

    /// One after the other, over one connection: two at once would keep two connections open to every service.
    package func pulse(_ session: ServiceSession, previous: ServicePulse?) async throws -> ServicePulse {
        let nodes = try await neuron.nodeStates(session, previous: previous?.nodes)
        let rules = try await ekuiper.rulesIfThere(session, previous: previous?.rules)
        return ServicePulse(nodes: nodes, rules: rules)
    }

    package func survey(_ session: ServiceSession) async throws -> ServiceReport {
        let system = try await system(session)
        let states = try await neuron.nodeStates(session, previous: nil)
        let drivers = try await neuron.drivers(session, states: states.value)
        let rules = try await ekuiper.rulesIfThere(session, previous: nil)
        let tags = try await licensedTags(session)
        let records = try await records(session)
        return ServiceReport(
            version: system.version, system: system.information, drivers: drivers, rules: rules?.value ?? [],
            tags: tags, recordsIn: records.in, recordsOut: records.out)
    }

    package func logIn(username: String, password: String, over transport: any Transport) async throws -> String {
        struct Login: Encodable { let name: String, password: String }
        return try await ServiceLogin(path: "/api/login", dialect: .neuronex)
            .token(for: Login(name: username, password: password), over: transport)
    }

    // MARK: The shell

    private func system(
        _ session: ServiceSession
    ) async throws -> (version: String, information: SystemInformation) {
        struct Answer: Decodable {
            let version: String
            let neuronRunningTime, neuronMemoryUsed, neuronMemoryTotal, ekuiperMemoryUsed: LooseInteger?
            let os, kernel, arch: String?
        }
        let answer = try await read(Answer.self, session, "/api/system")
        let used = [answer.neuronMemoryUsed?.value, answer.ekuiperMemoryUsed?.value].compactMap(\.self)
        let information = SystemInformation(
            os: ReportBounds.text(answer.os), kernel: ReportBounds.text(answer.kernel),
            architecture: ReportBounds.text(answer.arch), uptime: answer.neuronRunningTime?.value,
            memoryUsed: used.isEmpty ? nil : used.reduce(0) { ReportBounds.records($0 + ReportBounds.records($1)) },
            memoryTotal: answer.neuronMemoryTotal?.value)
        return (ReportBounds.text(answer.version), information)
    }

    private func licensedTags(_ session: ServiceSession) async throws -> TagUsage {
        struct Answer: Decodable { let totalTagCount, usedTagCount: LooseInteger? }
        let answer = try await readIfThere(Answer.self, session, "/api/license")
        return TagUsage(
            allocated: ReportBounds.count(Int(answer?.totalTagCount?.value ?? 0)),
            used: ReportBounds.count(Int(answer?.usedTagCount?.value ?? 0)))
    }

    private func records(_ session: ServiceSession) async throws -> (in: Int64, out: Int64) {
        struct Answer: Decodable {
            struct Liveness: Decodable { let `in`, out: LooseInteger }
            let liveness: Liveness
        }
        let counts = try await readIfThere(Answer.self, session, "/api/status/liveness")?.liveness
        return (ReportBounds.records(counts?.in.value ?? 0), ReportBounds.records(counts?.out.value ?? 0))
    }

    private func read<Value: Decodable>(
        _ type: Value.Type, _ session: ServiceSession, _ path: String
    ) async throws -> Value {
        let body = try await session.get(path, as: .neuronex)
        return try AnswerReader(path: path, dialect: .neuronex).decode(type, from: body)
    }

    /// For what came with later versions only.
    private func readIfThere<Value: Decodable>(
        _ type: Value.Type, _ session: ServiceSession, _ path: String
    ) async throws -> Value? {
        try await session.getIfThere(path, as: .neuronex)
            .map { try AnswerReader(path: path, dialect: .neuronex).decode(type, from: $0) }
    }
}
