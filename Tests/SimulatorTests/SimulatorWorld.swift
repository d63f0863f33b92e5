import Foundation
import Simulator
import TestSupport

/// One simulated service on a port of its own, and how to ask it.
struct ServiceWorld: Sendable {
    let fleet: FleetWorld
    let api: TestAPI

    /// A name, as the service lists it.
    func southNode() async throws -> String {
        let nodes = try await api.get("/api/neuron/node?type=1").expect(200).json["nodes"] as? [[String: Any]]
        return nodes?.first?["name"] as? String ?? ""
    }

    /// What the service's rules are told to be, in order.
    func ruleStates() async throws -> [String] {
        let rules = try await api.get("/api/ekuiper/rules").expect(200).list
        return rules.map { $0["status"] as? String ?? "" }
    }

    func faults(_ json: [String: any Sendable]) async throws -> TestAnswer {
        try await api.send("PUT", "/_sim/instances/1/faults", json: json)
    }
}

func withService(
    _ authentication: SimulatedAuthenticationConfiguration = .none, logInterval: Duration = .milliseconds(10),
    _ body: @Sendable @escaping (ServiceWorld) async throws -> Void
) async throws {
    var configuration = SimulatedFleet.Configuration(
        count: 1, layout: .portEach(basePort: 0), authentication: authentication)
    configuration.logInterval = logInterval
    try await withFleet(configuration) { fleet in
        try await body(ServiceWorld(fleet: fleet, api: TestAPI(url: fleet.url(0), token: nil)))
    }
}

extension TestAnswer {
    /// The answer, where it is an array of objects.
    var list: [[String: Any]] { (try? JSONSerialization.jsonObject(with: body)) as? [[String: Any]] ?? [] }

    /// Neuron's number for how it went.
    var error: Int? { json["error"] as? Int }

    /// The names of the members of the answer.
    var fields: Set<String> { Set(json.keys) }

    func objects(_ field: String) -> [[String: Any]] { json[field] as? [[String: Any]] ?? [] }
}
