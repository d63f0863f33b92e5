import ArgumentParser
import Fleet
import Foundation
import NIOHTTP1
import Testing

@testable import edgewright

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
