import ArgumentParser
import Client
import Fleet
import Foundation
import NIOHTTP1
import Testing

@testable import edgewright

private let project = #"{"id":"p1","orgId":"o1","name":"Press","description":"","createdAt":"2026-03-02T08:30:00Z"}"#

private func service(_ id: String, _ name: String) -> String {
    """
    {"id":"\(id)","projectId":"p1","name":"\(name)","category":"neuronex","mode":"managed","connection":"direct",
     "endpoint":"http://h:1","verifyTLS":true,"status":"online","statusReason":"","tags":[],"auth":{"kind":"none"},
     "description":"","createdAt":"2026-03-02T08:30:00Z","updatedAt":"2026-03-02T08:30:00Z"}
    """
}

/// Runs a command line against a server that answers by `script`.
private func run(
    _ arguments: [String], answering script: @escaping StandInServer.Script,
    _ check: (CapturedConsole, StandInServer, (any Error)?) throws -> Void
) async throws {
    try await withStandIn(answering: script) { client, server in
        let captured = CapturedConsole()
        let environment = [
            "EDGEWRIGHT_SERVER": client.address, "EDGEWRIGHT_TOKEN": "ewt_x", "EDGEWRIGHT_CONFIG": "/nowhere/c.yaml",
        ]
        let context = CommandContext(environment: environment, console: captured.console())
        var failure: (any Error)?
        do {
            try await CommandContext.$current.withValue(context) { try await execute(arguments) }
        } catch {
            failure = error
        }
        try check(captured, server, failure)
    }
}

private func execute(_ arguments: [String]) async throws {
    guard var command = try Edgewright.parseAsRoot(arguments) as? any AsyncParsableCommand else { return }
    try await command.run()
}

private func fleet(_ request: StandInRequest) -> StandInAnswer {
    switch request.path {
    case "/api/v1/projects": .json(#"{"items":[\#(project)]}"#)
    case "/api/v1/projects/p1/services":
        .json(#"{"items":[\#(service("s1", "a")),\#(service("s2", "ab"))]}"#)
    case "/api/v1/projects/p1/drivers":
        .json(
            """
            {"items":[{"service":{"id":"s1","name":"a","status":"online"},"name":"modbus-1","plugin":"Modbus TCP",
             "direction":"south","running":true,"connected":false,"state":"disconnected"}]}
            """)
    case "/api/v1/projects/p1/rules":
        .json(
            """
            {"items":[{"service":{"id":"s1","name":"a","status":"online"},"id":"rule1","running":false,
             "state":"stopped","status":"stopped: canceled by error"}]}
            """)
    case "/api/v1/services/s2/tags": .problem(409, #"{"detail":"Full.","code":"conflict"}"#)
    case "/api/v1/services/s1/tags": .json(service("s1", "a"))
    default: .problem(404, #"{"detail":"Nothing here.","code":"notFound"}"#)
    }
}

struct CommandTests {
    @Test func `a list is printed for the only project there is`() async throws {
        try await run(["services", "list", "-q"], answering: { request, _ in fleet(request) }) {
            console, server, failure in
            #expect(failure == nil)
            #expect(console.output == "s1\ns2\n")
            #expect(server.requests.last?.headers["Authorization"] == ["Bearer ewt_x"])
        }
    }

    @Test func `drivers and rules are listed by their state`() async throws {
        let drivers = ["drivers", "--state", "disconnected", "--direction", "south"]
        try await run(drivers, answering: { request, _ in fleet(request) }) { console, server, failure in
            #expect(failure == nil)
            #expect(
                console.output == """
                    SERVICE  DRIVER    PLUGIN      DIRECTION  STATE
                    a        modbus-1  Modbus TCP  south      disconnected

                    """)
            let query = server.requests.last?.uri ?? ""
            #expect(query.contains("state=disconnected") && query.contains("direction=south"))
        }
        try await run(["rules", "--state", "stopped", "-o", "csv"], answering: { request, _ in fleet(request) }) {
            console, _, _ in
            #expect(console.output.hasSuffix("s1,a,online,rule1,stopped,stopped: canceled by error\r\n"))
        }
    }

    @Test func `a limit that cuts the list says so`() async throws {
        try await run(["services", "list", "--limit", "1", "-q"], answering: { request, _ in fleet(request) }) {
            console, _, _ in
            #expect(console.output == "s1\n")
            #expect(console.error.contains("the first 1"))
        }
    }

    @Test func `a name means exactly that name`() async throws {
        try await run(["services", "get", "ab", "-q"], answering: { request, _ in fleet(request) }) { console, _, _ in
            #expect(console.output == "s2\n")
        }
        try await run(["services", "get", "b"], answering: { request, _ in fleet(request) }) { _, _, failure in
            #expect(failure.flatMap { FailureReport($0) }?.status == .notFound)
        }
    }

    @Test func `tagging goes on after a failure and names it`() async throws {
        try await run(["services", "tag", "a", "ab", "--add", "x"], answering: { request, _ in fleet(request) }) {
            console, server, failure in
            #expect(server.requests.filter { $0.method == .POST }.count == 2)
            #expect(console.error == "SERVICE  REASON\nab       Full.\n")
            #expect(failure.flatMap { FailureReport($0) }?.status == .partlyFailed)
        }
    }

    @Test func `deleting without --yes and without a person does nothing`() async throws {
        try await run(["services", "delete", "a"], answering: { request, _ in fleet(request) }) { _, server, failure in
            #expect(!server.requests.contains { $0.method == .DELETE })
            #expect(failure.flatMap { FailureReport($0) }?.status == .usage)
        }
    }

    @Test func `an import with bad lines lists them in order and is a partial failure`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("fleet.csv")
            try Data("category,name,endpoint\r\n".utf8).write(to: file)
            let script: StandInServer.Script = { request, _ in
                guard request.path.hasSuffix("/import") else { return fleet(request) }
                return .json(
                    """
                    {"imported":7,"failed":[{"line":9,"column":"","reason":"has 2 columns instead of 3"},
                     {"line":3,"column":"name","reason":"must not be empty"}],"failedTotal":2}
                    """)
            }
            try await run(["services", "import", file.path], answering: script) { console, _, failure in
                #expect(console.output == "imported: 7\nfailed:   2\n")
                #expect(
                    console.error == """
                        LINE  COLUMN  REASON
                        3     name    must not be empty
                        9             has 2 columns instead of 3

                        """)
                #expect(failure.flatMap { FailureReport($0) }?.status == .partlyFailed)
            }
            let report = folder.appendingPathComponent("bad.csv")
            try await run(["services", "import", file.path, "--report", report.path], answering: script) {
                console, _, _ in
                #expect(console.error.isEmpty)
                let text = try String(contentsOf: report, encoding: .utf8)
                #expect(text.hasPrefix("line,column,reason\r\n3,name,must not be empty\r\n"))
            }
        }
    }

    @Test func `an export to a file appears whole or not at all`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("out.csv")
            let arguments = ["services", "export", "-f", file.path]
            try await run(
                arguments,
                answering: { request, _ in
                    request.path.hasSuffix("/export") ? .reply(status: 200, body: "a,b\r\n") : fleet(request)
                }
            ) { _, _, failure in
                #expect(failure == nil)
                let text = try String(contentsOf: file, encoding: .utf8)
                #expect(text == "a,b\r\n")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.csv"])
        }
    }

    @Test func `a service's error is printed and ends with 22`() async throws {
        let arguments = ["services", "request", "a", "post", "/x", "-d", "{}", "-H", "X-A: b"]
        try await run(
            arguments,
            answering: { request, _ in
                request.path.hasSuffix("/proxy/x") ? .reply(status: 400, body: "no") : fleet(request)
            }
        ) { console, server, failure in
            #expect(console.output == "no")
            #expect(failure.flatMap { FailureReport($0) }?.status == .serviceAnsweredError)
            let seen = try #require(server.requests.last)
            #expect(seen.method == .POST && seen.body == "{}" && seen.headers["X-A"] == ["b"])
        }
    }
}
