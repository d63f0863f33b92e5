import Fleet
import Foundation
import NIOHTTP1
import Testing

@testable import edgewright

private func report(_ failure: (any Error)?) -> FailureReport? { failure.flatMap { FailureReport($0) } }

private func body<Body: Decodable>(_ request: StandInRequest?) throws -> Body {
    try JSONDecoder().decode(Body.self, from: Data(try #require(request).body.utf8))
}

struct AgentCommandTests {
    @Test func `agents are listed with how they are, in a hundred columns, and a clone is marked`() async throws {
        try await run(["agents", "list"], answering: { request, _ in agents(request) }) { console, _, failure in
            #expect(failure == nil)
            #expect(
                console.output == """
                    NAME             STATE           SINCE                 ADDRESS       VERSION  LATENCY  SERVICES  NEW
                    plant-lyon-hall  online          2026-11-24T08:00:00Z  198.51.100.7  0.1.0    12 ms    2         1
                    hall-2           offline, clone  2026-11-24T08:00:00Z  198.51.100.7  0.1.0             2         1
                    twin             revoked         2026-11-24T08:00:00Z  198.51.100.7  0.1.0             2         1
                    twin             online          2026-11-24T08:00:00Z  198.51.100.7  0.1.0    12 ms    2         1

                    """)
            #expect(console.output.split(separator: "\n").allSatisfy { $0.displayWidth <= 100 })
        }
    }

    @Test func `which agents are meant is the server's to find`() async throws {
        let arguments = ["agents", "list", "--offline", "--state", "revoked", "--search", "198.51"]
        try await run(arguments, answering: { request, _ in agents(request) }) { _, server, failure in
            #expect(failure == nil)
            let uri = try #require(server.requests.last?.uri)
            #expect(uri.hasPrefix("/api/v1/projects/p1/agents?q=198.51&online=false&state=revoked&"))
        }
    }

    @Test(arguments: [["--unmanaged"], ["--state", "unmanaged"]])
    func `unmanaged agents are listed with what they are told apart by`(options: [String]) async throws {
        try await run(["agents", "list"] + options, answering: { request, _ in agents(request) }) {
            console, server, failure in
            #expect(failure == nil)
            #expect(server.requests.map(\.path) == ["/api/v1/agents/unmanaged"])
            let blanks = String(repeating: " ", count: 41)
            #expect(
                console.output == """
                    NAME      ADDRESS       FINGERPRINT\(blanks)DESCRIPTION
                    stranger  198.51.100.7  \(unmanagedFingerprint)  left of the gate

                    """)
        }
    }

    @Test(arguments: ["plant-lyon-hall", agentId, agentFingerprint])
    func `an agent is named by name, id or fingerprint`(reference: String) async throws {
        try await run(["agents", "get", reference], answering: { request, _ in agents(request) }) {
            console, _, failure in
            #expect(failure == nil)
            #expect(console.output.hasPrefix("id:          \(agentId)\nname:        plant-lyon-hall\n"))
            #expect(console.output.contains("received:    2 KiB\n"))
        }
    }

    @Test func `a name that several agents have is no name, and their ids are said`() async throws {
        try await run(["agents", "revoke", "twin"], answering: { request, _ in agents(request) }) {
            _, server, failure in
            #expect(report(failure)?.status == .usage)
            #expect(report(failure)?.advice == "Say one's id: a3, a4")
            #expect(!server.requests.contains { $0.method == .POST })
        }
        try await run(["agents", "get", "hall"], answering: { request, _ in agents(request) }) { _, _, failure in
            #expect(report(failure)?.status == .notFound)
        }
    }

    @Test func `an unmanaged agent is found by its fingerprint by those who may see it`() async throws {
        let arguments = ["agents", "get", unmanagedFingerprint, "-q"]
        try await run(arguments, answering: { request, _ in agents(request) }) { console, _, failure in
            #expect(failure == nil)
            #expect(console.output == "u1\n")
        }
        let script: StandInServer.Script = { request, _ in
            request.path == "/api/v1/agents/unmanaged"
                ? .problem(403, #"{"detail":"no","code":"forbidden"}"#) : agents(request)
        }
        try await run(arguments, answering: script) { _, _, failure in
            #expect(report(failure)?.status == .notFound)
        }
    }

    @Test(arguments: [agentFingerprint, agentId])
    func `an agent is claimed by what is in hand of it`(reference: String) async throws {
        let arguments = ["agents", "claim", reference, "--name", "hall-9", "-q"]
        try await run(arguments, answering: { request, _ in agents(request) }) { console, server, failure in
            #expect(failure == nil)
            #expect(console.output == "a9\n")
            let asked: ClaimAgentRequest = try body(server.requests.last)
            #expect(asked.fingerprint == (reference == agentFingerprint ? reference : nil))
            #expect(asked.agentId?.rawValue == (reference == agentFingerprint ? nil : reference))
            #expect(asked.name == "hall-9")
            #expect(asked.description == nil)
        }
    }

    @Test func `an agent is edited, transferred and revoked`() async throws {
        let commands: [([String], HTTPMethod, String, String)] = [
            (["edit", agentId, "--name", "hall-3"], .PATCH, "", #"{"name":"hall-3"}"#),
            (["transfer", agentId, "Press"], .POST, "/transfer", #"{"projectId":"p1"}"#),
            (["revoke", agentId], .POST, "/revoke", ""), (["restore", agentId], .POST, "/restore", ""),
        ]
        for (arguments, method, path, text) in commands {
            try await run(["agents"] + arguments, answering: { request, _ in agents(request) }) {
                console, server, failure in
                #expect(failure == nil)
                let asked = try #require(server.requests.last)
                #expect(asked.method == method)
                #expect(asked.uri == "/api/v1/agents/\(agentId)\(path)")
                #expect(asked.body == text)
                #expect(console.output.contains("state:       \(path == "/revoke" ? "revoked" : "online")\n"))
            }
        }
    }

    @Test func `before an agent is deleted a person is told what goes with it`() async throws {
        let arguments = ["agents", "delete", "plant-lyon-hall"]
        try await run(arguments + ["--with-services"], answering: { request, _ in agents(request) }) {
            _, server, failure in
            let question = "Delete the agent plant-lyon-hall with 2 services and 1 host behind it?"
            #expect(report(failure)?.message == "\(question) Say so with --yes.")
            #expect(!server.requests.contains { $0.method == .DELETE })
        }
        for (options, query) in [(["-y"], ""), (["-y", "--with-services"], "?services=true")] {
            try await run(arguments + options, answering: { request, _ in agents(request) }) { _, server, failure in
                #expect(failure == nil)
                #expect(server.requests.last?.method == .DELETE)
                #expect(server.requests.last?.uri == "/api/v1/agents/\(agentId)\(query)")
            }
        }
    }

    @Test func `an agent that something is behind is not deleted, and the way to do it is said`() async throws {
        let script: StandInServer.Script = { request, _ in
            request.method == .DELETE
                ? .problem(409, #"{"detail":"2 services are behind it","code":"conflict"}"#) : agents(request)
        }
        for (options, advises) in [([], true), (["--with-services"], false)] {
            try await run(["agents", "delete", agentId, "-y"] + options, answering: script) { _, _, failure in
                #expect(report(failure)?.status == .failed)
                #expect(report(failure)?.message == "2 services are behind it")
                #expect((report(failure)?.advice != nil) == advises)
            }
        }
    }

    @Test func `the warning of a clone is taken back`() async throws {
        try await run(["agents", "dismiss-clone", agentId], answering: { request, _ in agents(request) }) {
            _, server, failure in
            #expect(failure == nil)
            #expect(server.requests.last?.method == .DELETE)
            #expect(server.requests.last?.path == "/api/v1/agents/\(agentId)/clone")
        }
    }
}
