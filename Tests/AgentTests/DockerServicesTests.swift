import Agent
import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TestSupport
import Testing
import Transport

/// Ports of the platform's containers, on a Docker engine that says what the test wants.
@Suite struct DockerServicesTests {
    /// What the engine answers, and how often it was asked.
    private final class Engine: Sendable {
        let answer = Mutex((status: HTTPResponseStatus.ok, body: "[]"))
        let asked = Mutex<[String]>([])

        var questions: Int { asked.withLock { $0.count } }

        func say(_ status: HTTPResponseStatus = .ok, _ body: String) { answer.withLock { $0 = (status, body) } }

        /// Containers with the platform's label, one for each port.
        func publish(_ ports: [(address: String, port: Int)], label: String = "io.edgewright.service") {
            let containers = ports.map { address, port in
                #"{"Id":"x","Labels":{"\#(label)":"s"},"Ports":[{"IP":"\#(address)","PrivatePort":80,"#
                    + #""PublicPort":\#(port),"Type":"tcp"},{"PrivatePort":81,"Type":"tcp"}]}"#
            }
            say(.ok, "[" + containers.joined(separator: ",") + "]")
        }
    }

    private func withEngine<Result: Sendable>(
        address: String = "127.0.0.1", _ body: @Sendable (AgentTargets, Engine) async throws -> Result
    ) async throws -> Result {
        let engine = Engine()
        return try await withTemporaryFolder { folder in
            let socket = folder.appending(path: "d.sock").path
            return try await withHTTPServer(at: .unixSocket(path: socket)) { exchange in
                engine.asked.withLock { $0.append(exchange.head.uri) }
                let (status, text) = engine.answer.withLock { $0 }
                try await exchange.respond(status, body: ByteBuffer(string: text))
            } _: { _ in
                try await withTransportClient { client in
                    let itself = AgentItself {
                        AgentProfile(name: "n", description: "", version: "1", system: "s", offers: [])
                    } discover: {
                        AgentDiscovery(items: [])
                    }
                    let targets = AgentTargets(client: client, dockerServices: address, itself: itself)
                    try targets.replace(with: [
                        try LocalOffer(docker: "unix://\(socket)"), try LocalOffer(flag: "web=http://127.0.0.1:1"),
                    ])
                    return try await body(targets, engine)
                }
            }
        }
    }

    private func isReached(_ authority: String, _ targets: AgentTargets) async throws -> Bool {
        do {
            _ = try await targets.transport(to: authority)
            return true
        } catch let error as TransportError {
            #expect(error.kind == .pathDown)
            return false
        }
    }

    @Test func `a port that a container of the platform publishes is reached`() async throws {
        try await withHTTPServer {
            try await $0.respond($0.head.uri)
        } _: { service in
            try await withEngine { targets, engine in
                engine.publish([("0.0.0.0", service.port), ("::", service.port)])
                let transport = try await targets.transport(to: "docker:\(service.port)")
                let text = try await transport.send(RemoteRequest(target: "/api")).text()
                #expect(text == "/api")
                let question = engine.asked.withLock { $0.first?.removingPercentEncoding }
                #expect(question == #"/containers/json?filters={"label":["io.edgewright.service"]}"#)
            }
        }
    }

    @Test func `redirects of such a service are paths too`() async throws {
        try await withHTTPServer { exchange in
            let host = exchange.head.headers["host"].joined()
            try await exchange.respond(.found, ["Location": "http://\(host)/web/"])
        } _: { service in
            try await withEngine { targets, engine in
                engine.publish([("0.0.0.0", service.port)])
                let transport = try await targets.transport(to: "docker:\(service.port)")
                let answer = try await transport.send(RemoteRequest(target: "/"))
                #expect(answer.headerFields[.location] == "/web/")
            }
        }
    }

    @Test(arguments: [
        "docker:30002", "docker:0", "docker:65536", "docker:-1", "docker:+30001", "docker:030001", "docker:30001:1",
        "docker:", ":30001", "web:30001", "docker:30001/x", "docker: 30001", "docker:٣٠٠٠١", "DOCKER:30001",
    ])
    func `any other is refused`(authority: String) async throws {
        try await withEngine { targets, engine in
            engine.publish([("0.0.0.0", 30001)])
            let known = try await isReached("docker:30001", targets)
            #expect(known)
            let isReached = try await isReached(authority, targets)
            #expect(!isReached)
        }
    }

    @Test func `a container without the platform's label is none of its services`() async throws {
        try await withEngine { targets, engine in
            engine.publish([("0.0.0.0", 30001)], label: "com.example")
            let isReached = try await isReached("docker:30001", targets)
            #expect(!isReached)
        }
    }

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1", true), ("10.0.0.7", "127.0.0.1", false), ("10.0.0.7", "10.0.0.7", true),
        ("::", "127.0.0.1", false), ("::", "::1", true), ("0.0.0.0", "::1", false), ("::1", "::1", true),
        ("0.0.0.0", "engine.example", true),
    ])
    func `a port that is bound to another address may be somebody else's here`(
        bound: String, reached: String, isReachable: Bool
    ) async throws {
        try await withEngine(address: reached) { targets, engine in
            engine.publish([(bound, 30001)])
            let isReached = try await isReached("docker:30001", targets)
            #expect(isReached == isReachable)
        }
    }

    @Test func `ports of UDP and ports that are not published are no way in`() async throws {
        try await withEngine { targets, engine in
            engine.say(
                .ok,
                #"[{"Labels":{"io.edgewright.service":"s"},"Ports":[{"IP":"0.0.0.0","PublicPort":30001,"Type":"udp"},"#
                    + #"{"PrivatePort":30002,"Type":"tcp"}]},{"Labels":null,"Ports":null}]"#)
            for port in [30001, 30002] {
                let isReached = try await isReached("docker:\(port)", targets)
                #expect(!isReached)
            }
        }
    }

    @Test func `a hundred requests at once ask the engine once`() async throws {
        try await withEngine { targets, engine in
            engine.publish([("0.0.0.0", 30001)])
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<100 { group.addTask { try await isReached("docker:30001", targets) } }
                for try await isReached in group { #expect(isReached) }
            }
            #expect(engine.questions == 1)
            // Nor does a port that is not there, within a second.
            for _ in 0..<20 { _ = try await isReached("docker:30002", targets) }
            #expect(engine.questions <= 2)
        }
    }

    @Test func `a port that comes is found, and one that goes is refused, within seconds`() async throws {
        try await withEngine { targets, engine in
            let before = try await isReached("docker:30001", targets)
            #expect(!before)
            engine.publish([("0.0.0.0", 30001)])
            try await eventually("the port is found") { try await isReached("docker:30001", targets) }
            engine.publish([])
            try await eventually("the port is gone") { try await !isReached("docker:30001", targets) }
        }
    }

    @Test(arguments: [(500, "no"), (200, "<html>"), (200, "{}")])
    func `an engine that can't be asked lets nobody through`(status: Int, body: String) async throws {
        try await withEngine { targets, engine in
            engine.say(HTTPResponseStatus(statusCode: status), body)
            let error = try await transportError { _ = try await targets.transport(to: "docker:30001") }
            #expect(error.kind == .pathDown)
            #expect(error.message.hasPrefix("the agent's Docker engine can't be asked: "))
            engine.publish([("0.0.0.0", 30001)])
            let isReached = try await isReached("docker:30001", targets)
            #expect(isReached)
        }
    }
}
