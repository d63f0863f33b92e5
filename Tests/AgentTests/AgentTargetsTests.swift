import Agent
import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Transport

/// What is reached through an agent, and what is not.
@Suite struct AgentTargetsTests {
    private func withTargets<Result: Sendable>(
        _ offers: [LocalOffer], _ body: (AgentTargets) async throws -> Result
    ) async throws -> Result {
        try await withTransportClient { client in
            let itself = AgentItself {
                AgentProfile(name: "n", description: "", version: "1", system: "s", offers: offers.map(\.offer))
            } discover: {
                AgentDiscovery(items: [])
            }
            let targets = AgentTargets(client: client, dockerServices: "127.0.0.1", itself: itself)
            try targets.replace(with: offers)
            return try await body(targets)
        }
    }

    private func refusal(_ authority: String, of targets: AgentTargets) async -> TransportError.Kind? {
        do {
            _ = try await targets.transport(to: authority)
            return nil
        } catch {
            return (error as? TransportError)?.kind
        }
    }

    @Test func `nothing is reached but what is offered, whatever a request names`() async throws {
        try await withHTTPServer { exchange in
            try await exchange.respond("\(exchange.head.headers["host"].joined()) \(exchange.head.uri)")
        } _: { server in
            let offer = try LocalOffer(flag: "service=http://127.0.0.1:\(server.port)")
            try await withTargets([offer]) { targets in
                for authority in [
                    "", "127.0.0.1", "127.0.0.1:\(server.port)", "localhost:\(server.port)", "169.254.169.254",
                    "other", "Service", "service.", "service:80", "service:\(server.port)", "service@other",
                    "http://127.0.0.1:\(server.port)", "docker", "docker:\(server.port)", ".agents", ".",
                    String(repeating: "x", count: 10_000), "service\u{0}", " service", "service/../other",
                ] {
                    let kind = await refusal(authority, of: targets)
                    #expect(kind == .pathDown, "\(authority.prefix(40))")
                }
                let transport = try await targets.transport(to: "service")
                // What a request says of hosts is not where it goes; the path is no address either.
                for target in ["/x", "//evil.example/x", "/http://evil.example/", "/@evil.example"] {
                    let text = try await transport.send(RemoteRequest(target: target)).text()
                    #expect(text == "127.0.0.1:\(server.port) \(target)")
                }
                let bad = try await transportError {
                    _ = try await transport.send(RemoteRequest(target: "http://evil.example/"))
                }
                #expect(bad.kind == .invalidRequest)
            }
        }
    }

    @Test func `what is offered no more is refused from then on`() async throws {
        try await withTargets([try LocalOffer(flag: "a=http://127.0.0.1:1")]) { targets in
            let before = await refusal("a", of: targets)
            #expect(before == nil)
            try targets.replace(with: [try LocalOffer(flag: "b=http://127.0.0.1:1")])
            let after = await refusal("a", of: targets)
            #expect(after == .pathDown)
        }
    }

    @Test func `the agent answers for itself, and for nothing that it does not know`() async throws {
        try await withTargets([]) { targets in
            let itself = try await targets.transport(to: AgentProfile.authority)
            let discovered = try await itself.send(
                RemoteRequest(method: .post, target: AgentProfile.discoveryPath))
            #expect(discovered.status == .ok)
            let discovery = try await discovered.text()
            #expect(discovery == #"{"items":[]}"#)
            for (method, target, status) in [
                (HTTPRequest.Method.post, AgentProfile.path, 405), (.get, AgentProfile.discoveryPath, 405),
                (.get, "/", 404), (.get, "/profile/../discover", 404), (.delete, "/agent.key", 404),
            ] {
                let answer = try await itself.send(RemoteRequest(method: method, target: target))
                #expect(answer.status.code == status)
            }
            let upgrade = try await transportError { _ = try await itself.upgrade(RemoteRequest(target: "/")) }
            #expect(upgrade.kind == .invalidRequest)
        }
    }

    // MARK: Below a base path

    @Test(arguments: [
        "/..", "/../admin", "/a/../../admin", "/%2e%2e/admin", "/%2E./admin", "/..%2fadmin", "/..%5Cadmin",
        "/..;x/admin", "/a\\..\\..\\admin",
    ])
    func `nobody leaves the base path of an offer`(target: String) async throws {
        try await withTargets([try LocalOffer(flag: "a=http://127.0.0.1:1/base")]) { targets in
            let transport = try await targets.transport(to: "a")
            let error = try await transportError { _ = try await transport.send(RemoteRequest(target: target)) }
            #expect(error.kind == .invalidRequest)
            let upgrade = try await transportError { _ = try await transport.upgrade(RemoteRequest(target: target)) }
            #expect(upgrade.kind == .invalidRequest)
        }
    }

    @Test func `names with dots and slashes in them pass`() async throws {
        try await withHTTPServer {
            try await $0.respond($0.head.uri)
        } _: { server in
            try await withTargets([try LocalOffer(flag: "a=http://127.0.0.1:\(server.port)/base")]) { targets in
                let transport = try await targets.transport(to: "a")
                for target in ["/a..b", "/...", "/rules/a%2Fb", "/x?path=../y"] {
                    let text = try await transport.send(RemoteRequest(target: target)).text()
                    #expect(text == "/base\(target)")
                }
            }
        }
    }

    // MARK: Where answers lead

    @Test(arguments: [
        ("http://127.0.0.1:PORT/web/", "/web/"), ("HTTP://127.0.0.1:PORT", "/"), ("//127.0.0.1:PORT/x?y", "/x?y"),
        ("http://127.0.0.1:PORT?q=1", "/?q=1"), ("/x", "/x"), ("x/y", "x/y"),
        ("https://127.0.0.1:PORT/x", "https://127.0.0.1:PORT/x"), ("http://127.0.0.1/x", "http://127.0.0.1/x"),
        ("http://127.0.0.1:PORT.evil.example/", "http://127.0.0.1:PORT.evil.example/"),
        ("http://evil.example/", "http://evil.example/"), ("", ""),
    ])
    func `a redirect to the service itself is a path of the offer`(sent: String, seen: String) async throws {
        let location = try await location(sent, basePath: "")
        #expect(location.told == seen.replacing("PORT", with: location.port))
    }

    @Test(arguments: [
        ("http://127.0.0.1:PORT/base/web", "/web"), ("/base", "/"), ("/base/", "/"), ("/base?x", "/?x"),
        ("/base/base/x", "/base/x"), ("/basement", "/basement"),
        ("http://127.0.0.1:PORT/other", "http://127.0.0.1:PORT/other"), ("web", "web"),
    ])
    func `and below a base path it is a path below it`(sent: String, seen: String) async throws {
        let location = try await location(sent, basePath: "/base")
        #expect(location.told == seen.replacing("PORT", with: location.port))
    }

    private func location(_ sent: String, basePath: String) async throws -> (told: String?, port: String) {
        let (ports, announce) = AsyncStream.makeStream(of: String.self)
        return try await withHTTPServer { exchange in
            let port = await ports.first { _ in true } ?? ""
            try await exchange.respond(.found, ["Location": sent.replacing("PORT", with: port)])
        } _: { server in
            announce.yield("\(server.port)")
            let offer = try LocalOffer(flag: "a=http://127.0.0.1:\(server.port)\(basePath)")
            return try await withTargets([offer]) { targets in
                let answer = try await targets.transport(to: "a").send(RemoteRequest(target: "/"))
                return (answer.headerFields[.location], "\(server.port)")
            }
        }
    }
}

/// The transport's error that `body` ends with.
func transportError(_ body: () async throws -> Void) async throws -> TransportError {
    do {
        try await body()
    } catch let error as TransportError {
        return error
    }
    throw WorldError("no error came")
}
