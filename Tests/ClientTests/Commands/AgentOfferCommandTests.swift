import Fleet
import Foundation
import NIOHTTP1
import Testing

@testable import edgewright

private func report(_ failure: (any Error)?) -> FailureReport? { failure.flatMap { FailureReport($0) } }

private func body<Body: Decodable>(_ request: StandInRequest?) throws -> Body {
    try JSONDecoder().decode(Body.self, from: Data(try #require(request).body.utf8))
}

private let failureText = #"{"offer":"docker","reason":"the name “hall” is taken"}"#

/// Agents whose offers are taken up as the test says.
private func adopting(services: [String] = [], failed: [String] = []) -> StandInServer.Script {
    { request, _ in
        guard request.path.hasSuffix("/adopt") else { return agents(request) }
        return .json(
            """
            {"services":[\(services.joined(separator: ","))],"hosts":[],"failed":[\(failed.joined(separator: ","))]}
            """)
    }
}

struct AgentOfferCommandTests {
    @Test func `offers are listed with what has become of them`() async throws {
        try await run(["agents", "offers", "plant-lyon-hall"], answering: { request, _ in agents(request) }) {
            console, _, failure in
            #expect(failure == nil)
            #expect(
                console.output == """
                    NAME      KIND     CATEGORY  URL                          ADDEDAS
                    neuronex  service  neuronex  http://127.0.0.1:8085        service press-4
                    ekuiper   service  ekuiper   http://127.0.0.1:9081        new
                    plain     service            http://127.0.0.1:9999        new
                    docker    docker             unix:///var/run/docker.sock  new

                    """)
        }
        try await run(["agents", "offers", agentId, "--new", "-q"], answering: { request, _ in agents(request) }) {
            console, _, _ in
            #expect(console.output == "ekuiper\nplain\ndocker\n")
        }
    }

    @Test func `what an agent finds on its machine is listed`() async throws {
        try await run(["agents", "discover", agentId], answering: { request, _ in agents(request) }) {
            console, server, failure in
            #expect(failure == nil)
            #expect(console.output.hasSuffix("\nneuron  service  neuron    http://127.0.0.1:7000  no\n"))
            #expect(server.requests.last?.method == .POST)
        }
    }

    @Test func `all that is new is adopted, and what was added is listed`() async throws {
        let script = adopting(services: [serviceText("s7", "press-7")])
        try await run(["agents", "adopt", "plant-lyon-hall"], answering: script) { console, server, failure in
            #expect(failure == nil)
            #expect(console.output == "ID  KIND     NAME     ADDRESS\ns7  service  press-7  http://h:1\n")
            #expect(console.error.isEmpty)
            #expect(server.requests.last?.body == "{}")
        }
    }

    @Test func `one offer is adopted under a name, with tags and a proof`() async throws {
        let arguments = [
            "agents", "adopt", agentId, "ekuiper", "--name", "press-7", "-t", "press", "--tag", "hall 2", "--auth",
            "jwt", "--category", "ekuiper", "-q",
        ]
        try await run(arguments, answering: adopting(services: [serviceText("s7", "press-7")])) {
            console, server, failure in
            #expect(failure == nil)
            #expect(console.output == "s7\n")
            let asked: AdoptOffersRequest = try body(server.requests.last)
            #expect(asked.offers?.map(\.offer) == ["ekuiper"])
            #expect(asked.offers?.first?.name == "press-7")
            #expect(asked.offers?.first?.category == .ekuiper)
            #expect(asked.tags == ["press", "hall 2"])
            #expect(asked.auth?.kind == .jwt)
        }
    }

    @Test func `what could not be added is said with its reason, and is no success`() async throws {
        let partly = adopting(services: [serviceText("s7", "press-7")], failed: [failureText])
        try await run(["agents", "adopt", agentId, "ekuiper", "docker"], answering: partly) { console, _, failure in
            #expect(console.output.hasSuffix("s7  service  press-7  http://h:1\n"))
            #expect(console.error == "OFFER   REASON\ndocker  the name “hall” is taken\n")
            #expect(report(failure)?.status == .partlyFailed)
        }
        let whole = adopting(failed: [failureText])
        try await run(["agents", "adopt", agentId, "-o", "json"], answering: whole) { console, _, failure in
            let said = try JSONDecoder().decode(AdoptedOffers.self, from: Data(console.output.utf8))
            #expect(said.failed.map(\.offer) == ["docker"])
            #expect(report(failure) == FailureReport(.failed, "1 offer was not added."))
        }
    }

    @Test func `services are found by the agent they are behind`() async throws {
        let find = ["--agent", "plant-lyon-hall"]
        try await run(["services", "list"] + find, answering: { request, _ in agents(request) }) { _, server, failure in
            #expect(failure == nil)
            #expect(server.requests.last?.uri.contains("agent=\(agentId)") == true)
        }
        let script: StandInServer.Script = { request, before in
            request.path.contains("/batches") ? fleetWithBatches(events: .hangUp)(request, before) : agents(request)
        }
        let arguments = ["services", "tag", "--add", "x", "--detach"] + find
        try await run(arguments, answering: script) { _, server, failure in
            #expect(failure == nil)
            let asked = try JSONDecoder().decode(
                CreateBatchRequest.self, from: Data(try #require(server.begunBatches.first).utf8))
            #expect(asked.targets.filter == ServiceFilter(agent: Identifier(rawValue: agentId)))
        }
    }

    @Test func `a service is added by the agent and what it offers, as the agent calls it`() async throws {
        let script: StandInServer.Script = { request, _ in
            request.method == .POST ? .json(serviceText("s7", "press-7"), status: 201) : agents(request)
        }
        let arguments = ["services", "add", "press-7", "--agent", "plant-lyon-hall", "--offer"]
        try await run(arguments + ["ekuiper", "-q"], answering: script) { console, server, failure in
            #expect(failure == nil)
            #expect(console.output == "s7\n")
            let asked: CreateServiceRequest = try body(server.requests.last)
            #expect(asked.endpoint == "agent://\(agentId)/ekuiper")
            #expect(asked.connection == .agent)
            #expect(asked.category == .ekuiper)
        }
        try await run(arguments + ["plain"], answering: script) { _, server, _ in
            let asked: CreateServiceRequest = try body(server.requests.last)
            #expect(asked.category == .custom)
        }
        try await run(arguments + ["docker"], answering: script) { _, server, failure in
            #expect(report(failure)?.status == .notFound)
            #expect(report(failure)?.advice == "It offers: neuronex, ekuiper, plain")
            #expect(!server.requests.contains { $0.method == .POST })
        }
    }

    @Test func `a service that an agent offers shows the agent`() async throws {
        let behind = serviceText("s7", "press-7")
            .replacing("\"direct\"", with: "\"agent\",\"agentId\":\"\(agentId)\",\"agentName\":\"plant-lyon-hall\"")
            .replacing("http://h:1", with: "agent://\(agentId)/neuronex")
        let script: StandInServer.Script = { request, _ in
            request.path == "/api/v1/services/\(batchId)" ? .json(behind) : agents(request)
        }
        try await run(["services", "get", batchId], answering: script) { console, _, failure in
            #expect(failure == nil)
            #expect(console.output.contains("agent:       plant-lyon-hall\n"))
        }
    }

    @Test func `a host is added by the agent that offers its engine`() async throws {
        let arguments = ["hosts", "add", "node-2", "--agent", agentId]
        try await run(arguments, answering: { request, _ in agents(request) }) { console, server, failure in
            #expect(failure == nil)
            let asked: CreateHostRequest = try body(server.requests.last)
            #expect(asked.address == "agent://\(agentId)/docker")
            #expect(asked.tls == nil)
            #expect(console.output.contains("agent:            plant-lyon-hall\n"))
        }
    }
}
