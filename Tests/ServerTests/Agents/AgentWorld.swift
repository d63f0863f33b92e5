import Fleet
import NIOHTTP1
import TestSupport
import Testing
import Transport

/// A control plane with a project, a scripted service that only an agent can reach, and an agent of the project.
struct AgentWorld: Sendable {
    let world: ControlPlaneWorld
    let project: String
    let service: ScriptedHTTPServer
    let client: DirectTransportClient
    let agent: TestAgent
    let agentId: String

    func path(_ rest: String = "") -> String { "/api/v1/agents/\(agentId)\(rest)" }

    /// Until the platform has asked it what it offers.
    func waitUntilOnline() async throws {
        _ = try await world.admin.poll(path()) {
            $0.json["online"] as? Bool == true && $0.json["offers"] as? Int == agent.profile.value.offers.count
                && $0["version"] == "1.0"
        }
    }

    /// Adds what the agent offers to the project.
    /// - Returns: the service's id.
    func adopt(_ offer: String = "web") async throws -> String {
        let adopted = try await world.admin.post(path("/adopt"), ["offers": [["offer": offer]]]).expect(200)
        let services = adopted.json["services"] as? [[String: Any]] ?? []
        return try #require(services.first?["id"] as? String, "\(adopted)")
    }
}

/// Runs an agent world for the time of the test. The agent has enrolled with a token, and is not connected yet.
func withAgent<Result: Sendable>(
    on engine: TestEngine = .sqlite, token: [String: any Sendable] = [:],
    _ answer: @Sendable @escaping (ScriptedExchange) async throws -> Void = { try await $0.respond("well") },
    _ body: @Sendable @escaping (AgentWorld) async throws -> Result
) async throws -> Result {
    try await withHTTPServer(answer) { service in
        try await withControlPlane(on: engine) { world in
            let (_, project) = try await world.makeProject()
            return try await withTransportClient { client in
                let agent = try TestAgent(at: world.url, ports: ["web": service.port], client: client)
                let secret = try await world.enrollmentToken(in: project, token).secret
                let enrolled = try await agent.enroll(token: secret).expect(200)
                #expect(enrolled["state"] == "managed")
                return try await body(
                    AgentWorld(
                        world: world, project: project, service: service, client: client, agent: agent,
                        agentId: enrolled["agentId"]))
            }
        }
    }
}
