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
    let name: String
    let tags: [String]

    init(_ service: SimulatedService) {
        name = service.blueprint.name
        tags = service.blueprint.tags
        state = NIOLockedValueBox(State(service: service))
    }

    var faults: SimulatedFaults { state.withLockedValue { $0.service.faults } }

    func setFaults(_ faults: SimulatedFaults) {
        state.withLockedValue { state in
            state.service.faults = faults
            state.answers = [:]
        }
    }

    func restart(at now: Double) { state.withLockedValue { $0.service.restart(at: now) } }

    func respond(
        to request: SimulatedRequest, authentication: SimulatedAuthentication, at now: Double
    ) -> SimulatedResponse {
        if request.method == "POST", request.path == "/api/login" { return logIn(request, authentication, at: now) }
        if request.path.hasPrefix("/api/") {
            switch authentication.check(request.authorization, at: now) {
            case .valid: break
            case .missing: return .error(1004, status: 401)
            case .invalid: return .error(1005, status: 401)
            case .expired: return .error(1006, status: 403)
            }
        }
        return state.withLockedValue { state in
            let isCacheable = request.method == "GET" && request.query.isEmpty && Self.cacheable.contains(request.path)
            if isCacheable, let known = state.answers[request.path] { return known }
            let answer = state.service.respond(to: request, at: now)
            if isCacheable { state.answers[request.path] = answer }
            if request.method != "GET" { state.answers = [:] }
            return answer
        }
    }

    private func logIn(
        _ request: SimulatedRequest, _ authentication: SimulatedAuthentication, at now: Double
    ) -> SimulatedResponse {
        let given = request.json
        guard let name = given?["name"]?.text, let password = given?["password"]?.text ?? given?["pass"]?.text else {
            return .error(1002, status: 400)
        }
        guard state.withLockedValue({ $0.service.users[name] }) == password else { return .error(1009, status: 401) }
        return .json(["token": .string(authentication.token(for: name, at: now)), "role": "Administrator"])
    }
}
