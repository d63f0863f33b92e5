import Foundation
import HTTPTypes
import TestSupport
import Testing
import Transport

@testable import Server

@Suite struct TrustedProxyTests {
    private static let trusted = ["127.0.0.1", "10.0.0.0/8", "::1"]

    private func origin(_ fields: [String: String], peer: String, trusted: [String] = trusted) -> RequestOrigin {
        var head = HTTPRequest(method: .get, scheme: "http", authority: "inner:8080", path: "/")
        for (name, value) in fields { HTTPField.Name(name).map { head.headerFields[$0] = value } }
        let proxies = TrustedProxies(trusted.compactMap { AddressRange($0) })
        return proxies.origin(of: head, peer: peer, isSecure: false)
    }

    private static let claims = [
        "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "edge.example.com",
    ]

    @Test(arguments: ["192.0.2.1", "127.0.0.2", "2001:db8::1", ""])
    func `nobody but a trusted proxy is believed`(peer: String) {
        let found = origin(Self.claims, peer: peer)
        #expect(found == RequestOrigin(address: peer, isSecure: false, authority: "inner:8080", forwardedFor: peer))
        #expect(origin(Self.claims, peer: peer, trusted: []) == found)
    }

    @Test(arguments: ["127.0.0.1", "10.9.8.7", "::1", "::ffff:10.1.2.3"])
    func `a trusted proxy tells the client's address, scheme and host`(peer: String) {
        let found = origin(Self.claims, peer: peer)
        #expect(found.address == "203.0.113.7")
        #expect(found.isSecure)
        #expect(found.authority == "edge.example.com")
        #expect(found.forwardedFor == "203.0.113.7, \(peer)")
    }

    @Test(arguments: [
        ("1.1.1.1, 203.0.113.7", "203.0.113.7"), ("1.1.1.1, 203.0.113.7, 10.0.0.1, 10.0.0.2", "203.0.113.7"),
        ("10.0.0.9, 203.0.113.7", "203.0.113.7"), ("10.0.0.1, 10.0.0.2", "10.0.0.1"), ("", "127.0.0.1"),
        ("203.0.113.7, nonsense", "127.0.0.1"), ("203.0.113.7, nonsense, 10.0.0.1", "10.0.0.1"),
        ("203.0.113.7:4711", "203.0.113.7"), ("[2001:db8::1]:80", "2001:db8::1"), ("10.0.0.0/8", "127.0.0.1"),
        ("unknown", "127.0.0.1"),
    ])
    func `the client is the last hop that is no proxy`(chain: String, client: String) {
        #expect(origin(["X-Forwarded-For": chain], peer: "127.0.0.1").address == client)
    }

    @Test func `what stands before the client's address is not passed on`() {
        let found = origin(["X-Forwarded-For": "6.6.6.6, 203.0.113.7, 10.0.0.1"], peer: "127.0.0.1")
        #expect(found.forwardedFor == "203.0.113.7, 10.0.0.1, 127.0.0.1")
    }

    @Test(arguments: ["a b", "x/../y", "evil.example\"><script>", "user@host"])
    func `a host that is none is left aside`(host: String) {
        // Blanks within a list's element can't be told from those around it.
        let found = origin(["X-Forwarded-Host": host], peer: "127.0.0.1").authority
        #expect(found == (host == "a b" ? "ab" : "inner:8080"))
    }

    private func withPlane(
        trusted: [String], _ body: @Sendable @escaping (ControlPlaneWorld) async throws -> Void
    ) async throws {
        var settings = ControlPlaneWorldSettings()
        settings.server.edgeDomain = "edge.example.org"
        settings.server.trustedProxies = TrustedProxies(trusted.compactMap { AddressRange($0) })
        try await withDatabase(on: .sqlite) { [settings] in try await withControlPlane(over: $0, settings, body) }
    }

    private static let spoofed = [
        ("X-Forwarded-For", "6.6.6.6, 203.0.113.7"), ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "edgewright.example.com:8443"),
    ]

    private func signIn(_ world: ControlPlaneWorld, password: String) async throws -> TestAnswer {
        try await world.api(nil).send(
            "POST", "/api/v1/session", json: ["email": ControlPlaneWorld.adminEmail, "password": password],
            headers: Self.spoofed)
    }

    private func openedPage(_ world: ControlPlaneWorld) async throws -> String {
        let (_, project) = try await world.makeProject()
        let service = try await world.admin.post(
            "/api/v1/projects/\(project)/services", ["name": "press", "endpoint": "http://127.0.0.1:9"]
        ).expect(201)["id"]
        let opened = try await world.admin.send("GET", "/api/v1/services/\(service)/open", headers: Self.spoofed)
        return opened.headers["location"]?.replacing(service, with: "ID") ?? ""
    }

    @Test func `behind a trusted proxy cookies, places and the audit log are as the client sees it`() async throws {
        try await withPlane(trusted: ["127.0.0.0/8"]) { world in
            let session = try await signIn(world, password: ControlPlaneWorld.adminPassword).expect(200)
            let cookie = session.headers["set-cookie"] ?? ""
            #expect(cookie.hasPrefix("__Host-edgewright_session=") && cookie.hasSuffix("; Secure"))
            let me = try await world.api(nil).send(
                "GET", "/api/v1/me", headers: Self.spoofed + [("Cookie", session.cookie)])
            #expect(me.status == 200)
            let place = try await openedPage(world)
            #expect(place.hasPrefix("https://ID.edge.example.org:8443/.edgewright/enter?ticket="), "\(place)")
            #expect(try await signIn(world, password: "wrong").status == 401)
            let denied = try await world.admin.get("/api/v1/audit?result=denied").items.first?["actor"]
            #expect((denied as? [String: Any])?["address"] as? String == "203.0.113.7")
        }
    }

    @Test func `without a trusted proxy the fields change nothing`() async throws {
        try await withPlane(trusted: ["10.0.0.0/8"]) { world in
            let session = try await signIn(world, password: ControlPlaneWorld.adminPassword).expect(200)
            let cookie = session.headers["set-cookie"] ?? ""
            #expect(cookie.hasPrefix("edgewright_session=") && !cookie.contains("Secure"))
            let place = try await openedPage(world)
            let port = world.url.split(separator: ":").last.map(String.init) ?? ""
            #expect(place.hasPrefix("http://ID.edge.example.org:\(port)/"), "\(place)")
            #expect(try await signIn(world, password: "wrong").status == 401)
            let denied = try await world.admin.get("/api/v1/audit?result=denied").items.first?["actor"]
            #expect((denied as? [String: Any])?["address"] as? String == "127.0.0.1")
        }
    }

    @Test func `guesses are counted by the client's address, which the client can't choose`() async throws {
        try await withPlane(trusted: ["127.0.0.0/8"]) { world in
            // Other accounts each time, so that only the address counts.
            func guess(_ number: Int, from client: String) async throws -> Int {
                try await world.api(nil).send(
                    "POST", "/api/v1/session", json: ["email": "u\(number)@example.com", "password": "wrong"],
                    headers: [("X-Forwarded-For", "\(number % 250).1.1.1, \(client)")]
                ).status
            }
            var number = 0
            while try await guess(number, from: "203.0.113.7") == 401, number < 500 { number += 1 }
            #expect(number < 500)
            #expect(try await guess(number, from: "203.0.113.7") == 429)
            #expect(try await guess(number, from: "203.0.113.8") == 401)
        }
    }
}
