import Foundation
import NIOConcurrencyHelpers

/// One service of a fleet, as connections share it.
final class SimulatedInstance: Sendable {
    private struct State {
        var service: SimulatedService
        /// Answers of the busiest reads, until anything changes.
        var answers: [String: SimulatedResponse] = [:]
    }

    /// Reads that are the same until something is written.
    private static let cacheable: Set<String> = ["/api/neuron/node/state", "/api/ekuiper/rules", "/api/version"]

    private let state: NIOLockedValueBox<State>
    private let authentication: SimulatedAuthentication
    /// Counted from 0.
    let index: Int
    let name: String
    let tags: [String]

    init(_ service: SimulatedService, index: Int, authentication: SimulatedAuthentication) {
        self.index = index
        self.authentication = authentication
        name = service.blueprint.name
        tags = service.blueprint.tags
        state = NIOLockedValueBox(State(service: service))
    }

    var faults: SimulatedFaults { state.withLockedValue { $0.service.faults } }

    func setFaults(_ faults: SimulatedFaults, at now: Double) {
        state.withLockedValue { state in
            state.service.setFaults(faults, at: now)
            state.answers = [:]
        }
    }

    func restart(at now: Double) { state.withLockedValue { $0.service.restart(at: now) } }

    // MARK: Answers

    func respond(to request: SimulatedRequest) -> SimulatedResponse {
        if request.path == "/api/login" {
            return request.method == "POST" ? logIn(request) : .wrongMethod
        }
        if let refusal = refusal(of: request) { return refusal }
        return state.withLockedValue { state in
            let isCacheable = request.method == "GET" && request.query.isEmpty && Self.cacheable.contains(request.path)
            if isCacheable, let known = state.answers[request.path] { return known }
            let answer = state.service.respond(to: request)
            if isCacheable { state.answers[request.path] = answer }
            if request.method != "GET" { state.answers = [:] }
            return answer
        }
    }

    /// What somebody gets who may not ask. NeuronEX knows only 401; Neuron's numbers tell why.
    func refusal(of request: SimulatedRequest) -> SimulatedResponse? {
        guard request.path.hasPrefix("/api/") else { return nil }
        switch authentication.check(request.authorization, realm: realm(at: request.time), at: request.time) {
        case .valid: return nil
        case .missing: return .error(1004, status: 401)
        case .invalid: return .error(1005, status: 401)
        case .expired: return .error(1006, status: 401)
        }
    }

    /// Tokens die with the process: NeuronEX makes its keys anew at each start.
    private func realm(at now: Double) -> String {
        "\(index).\(state.withLockedValue { $0.service.generation(at: now) })"
    }

    private func logIn(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let name = request["name"]?.text, let password = request["password"]?.text ?? request["pass"]?.text
        else { return .badBody }
        guard let user = state.withLockedValue({ $0.service.users[name] }), user.password == password else {
            return .error(1009, status: 401)
        }
        let token = authentication.token(for: name, realm: realm(at: request.time), at: request.time)
        return .json(["token": .string(token), "role": .string(user.role)])
    }

    // MARK: The streaming log

    func streamedLine(_ number: Int, at now: Double) -> String {
        state.withLockedValue { $0.service.streamedLine(number, at: now) }
    }

    func generation(at now: Double) -> Int64 { state.withLockedValue { $0.service.generation(at: now) } }

    func addStreamClient(_ address: String) { _ = state.withLockedValue { $0.service.streamClients.insert(address) } }

    func removeStreamClient(_ address: String) {
        _ = state.withLockedValue { $0.service.streamClients.remove(address) }
    }
}
