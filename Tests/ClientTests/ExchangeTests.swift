import Client
import Fleet
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import Testing

private let project = Identifier<Project>(rawValue: "p1")
private let user = """
    {"id":"u1","email":"a@example.com","name":"A","systemAdmin":false,"disabled":false,
     "createdAt":"2026-03-02T08:30:00.000Z"}
    """

struct ExchangeTests {
    @Test func `a token goes as bearer, with who asks`() async throws {
        try await withStandIn(
            credential: .token("ewt_x"), answering: { _, _ in .json(#"{"user":\#(user),"grants":[]}"#) }
        ) { client, server in
            let me = try await client.getMe()
            #expect(me.user.email == "a@example.com")
            let headers = try #require(server.requests.first).headers
            #expect(headers["Authorization"] == ["Bearer ewt_x"])
            #expect(headers["User-Agent"].first?.hasPrefix("edgewright-client/") == true)
        }
    }

    @Test func `signing in gives a session that carries its CSRF token with changes only`() async throws {
        try await withStandIn(answering: { request, before in
            guard before == 0 else { return request.method == .GET ? .json(#"{"items":[]}"#) : .reply(status: 204) }
            return .reply(
                status: 200, headers: [("Set-Cookie", "edgewright_session=s3cret; HttpOnly; Path=/")],
                body: #"{"user":\#(user),"csrfToken":"c5rf"}"#)
        }) { client, server in
            let (_, credential) = try await client.createSession(SignInRequest(email: "a@example.com", password: "x"))
            #expect(credential == .session(cookie: "edgewright_session=s3cret", csrfToken: "c5rf"))
            _ = try await client.signed(in: credential).listTokens()
            try await client.signed(in: credential).deleteSession()
            let (read, change) = (server.requests[1], server.requests[2])
            #expect(read.headers["Cookie"] == ["edgewright_session=s3cret"])
            #expect(read.headers["X-CSRF-Token"].isEmpty)
            #expect(change.headers["X-CSRF-Token"] == ["c5rf"])
        }
    }

    @Test func `an import streams the file and tells how far it is`() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("import-\(UUID().uuidString).csv")
        let text = String(repeating: "neuronex,a,Direct,h:1,http,\r\n", count: 20_000)
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let told = NIOLockedValueBox<[Int64]>([])
        try await withStandIn(answering: { _, _ in
            .json(#"{"imported":1,"failed":[{"line":3,"column":"name","reason":"must not be empty"}],"failedTotal":1}"#)
        }) { client, server in
            let bytes = FileBytes(file)
            let result = try await client.importServices(in: project, bytes, length: bytes.count) { sent in
                told.withLockedValue { $0.append(sent) }
            }
            #expect(result.imported == 1)
            #expect(result.failed == [ImportFailure(line: 3, column: "name", reason: "must not be empty")])
            #expect(server.requests.first?.body == text)
            #expect(server.requests.first?.headers["Content-Length"] == ["\(text.utf8.count)"])
            let steps = told.withLockedValue { $0 }
            #expect(steps.count > 1 && steps == steps.sorted() && steps.last == Int64(text.utf8.count))
        }
    }

    @Test func `an export gives the answer's bytes`() async throws {
        let text = "category,name\r\nneuronex,a\r\n"
        try await withStandIn(answering: { _, _ in .reply(status: 200, body: text) }) { client, server in
            var read = ""
            let ids = [Identifier<EdgeService>(rawValue: "s1"), Identifier<EdgeService>(rawValue: "s2")]
            for try await chunk in try await client.exportServices(in: project, ids: ids) {
                read += String(buffer: chunk)
            }
            #expect(read == text)
            #expect(server.requests.first?.uri == "/api/v1/projects/p1/services/export?id=s1&id=s2")
        }
    }

    @Test func `the tunnel passes method, query, fields and body, and any status back`() async throws {
        try await withStandIn(answering: { _, _ in .reply(status: 418, headers: [("X-A", "b")], body: "short") }) {
            client, server in
            let request = TunnelRequest(
                method: .PUT, target: "/api/v2/node?x=1", headers: [("X-B", "c")],
                body: .bytes(ByteBuffer(string: "{}")))
            let answer = try await client.proxyService(Identifier(rawValue: "s1"), request)
            #expect(answer.status.code == 418)
            #expect(answer.headers["X-A"] == ["b"])
            let seen = try #require(server.requests.first)
            #expect(seen.method == .PUT)
            #expect(seen.uri == "/api/v1/services/s1/proxy/api/v2/node?x=1")
            #expect(seen.headers["X-B"] == ["c"])
            #expect(seen.headers["Content-Type"] == ["application/json"])
            #expect(seen.body == "{}")
            for try await _ in answer.body {}
        }
    }

    @Test func `a service's page is where the answer points to`() async throws {
        try await withStandIn(answering: { _, _ in
            .reply(status: 302, headers: [("Location", "http://s1.localhost/?ticket=t")])
        }) { client, _ in
            let address = try await client.openService(Identifier(rawValue: "s1"))
            #expect(address == "http://s1.localhost/?ticket=t")
        }
    }
}
