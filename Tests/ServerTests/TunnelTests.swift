import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import Simulator
import TestSupport
import Testing
import Transport

@Suite struct TunnelTests {
    /// A control plane that has adopted the first services of a simulated fleet.
    private func withAdoptedFleet(
        _ configuration: SimulatedFleet.Configuration = SimulatedFleet.Configuration(count: 2),
        auth: [String: String]? = nil, proxyTimeout: Duration = .seconds(10),
        _ body:
            @Sendable @escaping (ControlPlaneWorld, FleetWorld, _ service: String, _ project: String) async throws
            -> Void
    ) async throws {
        try await withFleet(configuration) { fleet in
            try await withControlPlane(proxyTimeout: proxyTimeout) { world in
                let (_, project) = try await world.makeProject()
                var request: [String: any Sendable] = ["name": "edge", "endpoint": fleet.url(0)]
                request["auth"] = auth
                let service = try await world.admin.post("/api/v1/projects/\(project)/services", request).expect(201)
                try await body(world, fleet, service["id"], project)
            }
        }
    }

    @Test func `both path forms reach the service's own API, with any method`() async throws {
        try await withAdoptedFleet { world, _, service, _ in
            for prefix in ["/api/v1/services/\(service)/proxy", "/api/edgeservice/proxy/\(service)"] {
                let version = try await world.admin.get(prefix + "/api/version").expect(200)
                #expect(version["version"].hasPrefix("3."))
                let name = prefix.contains("edgeservice") ? "second" : "first"
                let made = try await world.admin.post(
                    prefix + "/api/neuron/node", ["name": name, "plugin": "Modbus TCP"])
                #expect(made.status == 200)
                #expect(try await world.admin.get(prefix + "/api/neuron/node?type=1").text.contains(name))
                let missing = try await world.admin.get(prefix + "/nothing")
                #expect(missing.status == 404)
                #expect(missing.headers["content-security-policy"] == "sandbox")
            }
        }
    }

    @Test func `a regular user may read but not change through the tunnel`() async throws {
        try await withAdoptedFleet { world, _, service, project in
            let user = try await world.makeUser(["email": "u@example.com", "projectId": project, "role": "user"])
            let path = "/api/v1/services/\(service)/proxy/api/neuron/node"
            #expect(try await user.get(path + "?type=1").status == 200)
            #expect(try await user.send("HEAD", path + "?type=1").status == 200)
            for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"] {
                #expect(try await user.send(method, path).status == 403, "\(method)")
            }
        }
    }

    @Test func `large bodies stream both ways`() async throws {
        try await withAdoptedFleet { world, _, service, _ in
            let down = try await world.admin.get("/api/v1/services/\(service)/proxy/api/sim/bytes?count=20000000")
            #expect(down.body.count == 20_000_000)
            let up = try await world.admin.send(
                "POST", "/api/v1/services/\(service)/proxy/api/sim/sink",
                body: String(repeating: "x", count: 5_000_000))
            #expect(up.json["received"] as? Int == 5_000_000)
        }
    }

    @Test func `a service that is away gives 502, one that is slow 504, each with a reason`() async throws {
        try await withAdoptedFleet(proxyTimeout: .seconds(5)) { world, fleet, service, project in
            let path = "/api/v1/services/\(service)/proxy/api/version"
            var faults = SimulatedFaults()
            faults.offline = true
            fleet.fleet.setFaults(faults, of: 0)
            let away = try await world.admin.get(path)
            #expect(away.status == 502)
            #expect(away["detail"].contains("“edge”"))
            faults = SimulatedFaults()
            faults.hang = true
            fleet.fleet.setFaults(faults, of: 0)
            #expect(try await world.admin.get(path).status == 504)
            let refused = try await world.admin.post(
                "/api/v1/projects/\(project)/services", ["name": "none", "endpoint": "http://127.0.0.1:1"]
            ).expect(201)
            let answer = try await world.admin.get("/api/v1/services/\(refused["id"])/proxy/")
            #expect(answer.status == 502)
            #expect(answer["detail"].contains("refused"))
        }
    }

    @Test func `the platform's own credentials stay here and the service's own are added`() async throws {
        let password = SimulatedAuthenticationConfiguration(takesPasswords: true)
        let configuration = SimulatedFleet.Configuration(count: 1, authentication: password)
        let auth = ["kind": "password", "username": "admin", "password": "0000"]
        try await withAdoptedFleet(configuration, auth: auth) { world, fleet, service, _ in
            #expect(try await TestAPI(url: fleet.url(0), token: nil).get("/api/version").status == 401)
            let version = try await world.admin.get("/api/v1/services/\(service)/proxy/api/version")
            #expect(version.status == 200, "\(version)")
        }
    }

    @Test func `a hostile answer can neither set cookies nor run on the platform's origin`() async throws {
        try await withScriptedServer { _ in
            ScriptedAnswer(
                status: 200,
                headers: [
                    ("Content-Type", "text/html"), ("Set-Cookie", "edgewright_session=stolen; Path=/"),
                    ("Clear-Site-Data", "\"*\""), ("Access-Control-Allow-Origin", "*"), ("X-Own", "kept"),
                ], body: "<script>alert(1)</script>")
        } body: { server in
            try await withControlPlane { world in
                let (_, project) = try await world.makeProject()
                let service = try await world.admin.post(
                    "/api/v1/projects/\(project)/services",
                    ["name": "evil", "endpoint": server, "category": "custom"]
                ).expect(201)
                let answer = try await world.admin.get("/api/v1/services/\(service["id"])/proxy/")
                #expect(answer.status == 200)
                #expect(answer.headers["set-cookie"] == nil)
                #expect(answer.headers["clear-site-data"] == nil)
                #expect(answer.headers["access-control-allow-origin"] == nil)
                #expect(answer.headers["content-security-policy"] == "sandbox")
                #expect(answer.headers["x-own"] == "kept")
            }
        }
    }

    @Test func `what a service sees has neither the caller's token nor cookies, and says where it came from`()
        async throws
    {
        try await withScriptedServer { request in
            ScriptedAnswer(body: request.headers.map { "\($0.0.lowercased())=\($0.1)" }.joined(separator: "\n"))
        } body: { server in
            try await withControlPlane { world in
                let (_, project) = try await world.makeProject()
                let service = try await world.admin.post(
                    "/api/v1/projects/\(project)/services",
                    ["name": "mirror", "endpoint": server, "category": "custom"]
                ).expect(201)
                let seen = try await world.admin.send(
                    "GET", "/api/v1/services/\(service["id"])/proxy/x",
                    headers: [
                        ("Cookie", "edgewright_session=mine; other=1"), ("X-CSRF-Token", "c"), ("X-Custom", "passes"),
                        ("Connection", "X-Hop"), ("X-Hop", "dropped"),
                    ]
                ).text
                #expect(!seen.contains("authorization="))
                #expect(!seen.contains("cookie="))
                #expect(!seen.contains("x-csrf-token="))
                #expect(!seen.contains("x-hop="))
                #expect(seen.contains("x-custom=passes"))
                #expect(seen.contains("x-forwarded-for=127.0.0.1"))
                #expect(seen.contains("x-forwarded-prefix=/api/v1/services/\(service["id"])/proxy"))
            }
        }
    }

    @Test(arguments: ["/..", "/a/../b", "/%2e%2e/x", "/a/%2E%2e%2fb", "/.%2e"])
    func `dot segments are refused, however they are written`(path: String) async throws {
        try await withAdoptedFleet { world, _, service, _ in
            // Sent raw: a tidy client would resolve them itself.
            try await withTransportClient { client in
                let port = try #require(Int(world.url.split(separator: ":").last ?? ""))
                let transport = try DirectTransport(
                    endpoint: RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: port), usesTLS: false),
                    client: client)
                let answer = try await transport.send(
                    RemoteRequest(
                        target: "/api/v1/services/\(service)/proxy\(path)",
                        headerFields: [.authorization: "Bearer \(world.admin.token ?? "")"], timeout: .seconds(30)))
                #expect(answer.status == .badRequest)
                _ = try await answer.collect(upTo: 10_000)
            }
        }
    }

    @Test func `a WebSocket passes through the tunnel, and not without rights`() async throws {
        try await withAdoptedFleet { world, _, service, _ in
            try await withTransportClient { client in
                let port = try #require(Int(world.url.split(separator: ":").last ?? ""))
                let transport = try DirectTransport(
                    endpoint: RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: port), usesTLS: false),
                    client: client)
                var fields: HTTPFields = [
                    .connection: "Upgrade", .upgrade: "websocket", .secWebSocketKey: "dGhlIHNhbXBsZSBub25jZQ==",
                    .secWebSocketVersion: "13",
                ]
                let target = "/api/v1/services/\(service)/proxy/api/ws/echo"
                let refused = try await transport.upgrade(
                    RemoteRequest(target: target, headerFields: fields, timeout: .seconds(30)))
                #expect(refused.response.status == .unauthorized)
                fields[.authorization] = "Bearer \(world.admin.token ?? "")"
                let opened = try await transport.upgrade(
                    RemoteRequest(target: target, headerFields: fields, timeout: .seconds(30)))
                #expect(opened.response.status == .switchingProtocols)
                #expect(opened.response.headerFields[.secWebSocketAccept] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                let channel = try #require(opened.channel)
                let echoed = try await channel.executeThenClose { inbound, outbound in
                    // A masked text frame "Hello", as RFC 6455 (5.7) shows it.
                    try await outbound.write(
                        ByteBuffer(bytes: [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]))
                    var received = ByteBuffer()
                    for try await bytes in inbound {
                        received.writeImmutableBuffer(bytes)
                        if received.readableBytes >= 7 { break }
                    }
                    return received
                }
                #expect(Array(echoed.readableBytesView) == [0x81, 0x05] + Array("Hello".utf8))
            }
        }
    }

    @Test func `what is changed through the tunnel is in the audit log, what is read is not`() async throws {
        try await withAdoptedFleet { world, _, service, _ in
            let path = "/api/v1/services/\(service)/proxy/api/neuron/node"
            _ = try await world.admin.get(path + "?type=1")
            _ = try await world.admin.post(path + "?secret=1", ["name": "n", "plugin": "Modbus TCP"])
            _ = try await world.admin.delete("/api/v1/services/\(service)/proxy/nothing")
            let log = try await world.admin.poll("/api/v1/audit?operation=service.request") { $0.items.count == 2 }
            let details = log.items.compactMap { $0["detail"] as? String }
            #expect(details.contains("POST /api/neuron/node → 200"))
            #expect(details.contains { $0.hasPrefix("DELETE /nothing → 4") })
        }
    }

    @Test func `a token makes none that outlives it`() async throws {
        try await withControlPlane { world in
            let short = try await world.admin.post("/api/v1/tokens", ["name": "short", "expiresInDays": 1]).expect(201)
            let api = world.api(short["token"])
            #expect(try await api.post("/api/v1/tokens", ["name": "for ever"]).badFields == ["expiresInDays"])
            #expect(
                try await api.post("/api/v1/tokens", ["name": "long", "expiresInDays": 2]).badFields == [
                    "expiresInDays"
                ])
        }
    }

    @Test func `an account has so many streams through the tunnel, and other accounts and the monitor have theirs`()
        async throws
    {
        try await withHTTPServer { exchange in
            guard exchange.head.uri == "/stream" else { return try await exchange.respond("well") }
            try await exchange.start(.ok, ["Transfer-Encoding": "chunked"])
            try await exchange.write("x")
            try await exchange.waitForClose()
        } _: { peer in
            try await withControlPlane { world in
                let (_, project) = try await world.makeProject()
                let service = try await world.admin.post(
                    "/api/v1/projects/\(project)/services",
                    ["name": "edge", "category": "custom", "endpoint": "http://127.0.0.1:\(peer.port)"]
                ).expect(201)["id"]
                let path = "/api/v1/services/\(service)/proxy"
                let user = try await world.makeUser(["email": "u@example.com", "projectId": project, "role": "user"])
                try await withTransportClient { client in
                    let url = try #require(URLComponents(string: world.url))
                    let endpoint = RemoteEndpoint(
                        address: .tcp(host: "127.0.0.1", port: try #require(url.port)), usesTLS: false)
                    let platform = try DirectTransport(endpoint: endpoint, client: client)
                    var streams: [RemoteResponse] = []
                    for _ in 0..<50 {
                        let stream = try await platform.send(
                            RemoteRequest(
                                target: path + "/stream",
                                headerFields: [.authorization: "Bearer \(world.admin.token ?? "")"],
                                timeout: .seconds(30)))
                        #expect(stream.status == .ok)
                        streams.append(stream)
                    }
                    #expect(try await world.admin.get(path + "/").status == 429)
                    #expect(try await user.get(path + "/").text == "well")
                    let probed = try await world.admin.post("/api/v1/services/\(service)/probe", [:])
                    #expect(probed["status"] == "online", "\(probed)")
                    streams = []
                    _ = try await world.admin.poll(path + "/") { $0.status == 200 }
                }
            }
        }
    }

    @Test func `who may only read can neither open a WebSocket nor have a GET taken for something else`() async throws {
        try await withScriptedServer { request in
            .init(body: request.headers.map { "\($0): \($1)" }.joined(separator: "\n").lowercased())
        } body: { url in
            try await withControlPlane { world in
                let (_, project) = try await world.makeProject()
                let service = try await world.admin.post(
                    "/api/v1/projects/\(project)/services", ["name": "edge", "category": "custom", "endpoint": url]
                ).expect(201)["id"]
                let user = try await world.makeUser(["email": "u@example.com", "projectId": project, "role": "user"])
                let path = "/api/v1/services/\(service)/proxy/"
                let overridden = try await user.send("GET", path, headers: [("X-HTTP-Method-Override", "DELETE")])
                #expect(overridden.status == 200 && !overridden.text.contains("override"))
                let socket = [
                    ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
                    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
                ]
                #expect(try await user.send("GET", path, headers: socket).status == 403)
            }
        }
    }
}
