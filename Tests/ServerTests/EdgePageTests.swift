import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import Simulator
import TestSupport
import Testing
import Transport

/// Services' own pages, each on an origin of its own.
@Suite struct EdgePageTests {
    private func withAdoptedService(
        _ body: @Sendable @escaping (ControlPlaneWorld, _ service: String, _ project: String) async throws -> Void
    ) async throws {
        try await withFleet(SimulatedFleet.Configuration(count: 1)) { fleet in
            try await withControlPlane { world in
                let (_, project) = try await world.makeProject()
                let service = try await world.admin.post(
                    "/api/v1/projects/\(project)/services", ["name": "edge", "endpoint": fleet.url(0)]
                ).expect(201)["id"]
                try await body(world, service, project)
            }
        }
    }

    /// The page of a service, entered with what `opener` may do; the fields that a browser then sends.
    private func enterPage(
        of service: String, _ world: ControlPlaneWorld, as opener: TestAPI, headers: [(String, String)] = []
    ) async throws -> [(String, String)] {
        let opened = try await opener.send("GET", "/api/v1/services/\(service)/open", headers: headers).expect(302)
        let place = try #require(URLComponents(string: opened.headers["location"] ?? ""))
        let host = ("Host", "\(service).localhost:80")
        let entered = try await world.api(nil).send("GET", place.path + "?" + (place.query ?? ""), headers: [host])
            .expect(302)
        return [host, ("Cookie", entered.cookie)]
    }

    @Test func `a page has the limits of the token it was opened with, and ends with it`() async throws {
        try await withAdoptedService { world, service, _ in
            let made = try await world.admin.post("/api/v1/tokens", ["name": "reader", "readOnly": true]).expect(201)
            let page = try await enterPage(of: service, world, as: world.api(made["token"]))
            let browser = world.api(nil)
            #expect(try await browser.send("GET", "/api/version", headers: page).status == 200)
            #expect(try await browser.send("POST", "/api/neuron/node", body: "{}", headers: page).status == 403)
            #expect(try await world.admin.delete("/api/v1/tokens/\(made["id"])").status == 204)
            #expect(try await browser.send("GET", "/api/version", headers: page).status == 401)
        }
    }

    @Test func `signing out, a new password and disabling end the pages too`() async throws {
        try await withAdoptedService { world, service, project in
            let password = ControlPlaneWorld.adminPassword
            _ = try await world.makeUser(["email": "u@example.com", "projectId": project, "role": "user"])
            let id = try await world.admin.get("/api/v1/users?q=u@example").items.first?["id"] as? String ?? ""
            let browser = world.api(nil)
            func signIn(_ password: String) async throws -> [(String, String)] {
                let session = try await browser.post(
                    "/api/v1/session", ["email": "u@example.com", "password": password]
                ).expect(200)
                return [("Cookie", session.cookie), ("X-CSRF-Token", session["csrfToken"])]
            }
            func status(_ page: [(String, String)]) async throws -> Int {
                try await browser.send("GET", "/api/version", headers: page).status
            }
            let first = try await signIn(password)
            let left = try await enterPage(of: service, world, as: browser, headers: first)
            #expect(try await status(left) == 200)
            #expect(try await browser.send("DELETE", "/api/v1/session", headers: first).status == 204)
            #expect(try await status(left) == 401)

            let second = try await enterPage(of: service, world, as: browser, headers: try await signIn(password))
            let newPassword = "brand new and long"
            _ = try await world.admin.send("PUT", "/api/v1/users/\(id)/password", json: ["password": newPassword])
            #expect(try await status(second) == 401)

            let third = try await enterPage(of: service, world, as: browser, headers: try await signIn(newPassword))
            _ = try await world.admin.patch("/api/v1/users/\(id)", ["disabled": true]).expect(200)
            _ = try await world.admin.patch("/api/v1/users/\(id)", ["disabled": false]).expect(200)
            #expect(try await status(third) == 401)
        }
    }

    @Test func `a page of another origin can change nothing with a page's cookie`() async throws {
        try await withAdoptedService { world, service, _ in
            let page = try await enterPage(of: service, world, as: world.admin)
            func post(_ fields: [(String, String)]) async throws -> Int {
                try await world.api(nil).send(
                    "POST", "/api/neuron/node", body: #"{"name": "n", "plugin": "Modbus TCP"}"#, headers: page + fields
                ).status
            }
            let other = "http://\(String(repeating: "1", count: 26)).localhost:80"
            #expect(try await post([("Origin", other)]) == 403)
            #expect(try await post([("Origin", "null")]) == 403)
            #expect(try await post([("Sec-Fetch-Site", "same-site")]) == 403)
            #expect(try await post([("Sec-Fetch-Site", "cross-site"), ("Origin", other)]) == 403)
            #expect(try await post([("Sec-Fetch-Site", "same-origin"), ("Origin", "null")]) == 200)
        }
    }

    @Test(arguments: [
        ("a=1; Domain=localhost; Path=/", "a=1; Path=/"), ("a=1;  domain=localhost", "a=1"),
        ("a=1;\tDomain = localhost;Secure", "a=1;Secure"), ("domain=keepme; Path=/x", "domain=keepme; Path=/x"),
    ])
    func `a cookie of a page is kept to its host`(given: String, kept: String) async throws {
        try await withScriptedServer { request in
            request.target == "/"
                ? .init(headers: [("Set-Cookie", given), ("Set-Cookie", "edgewright_page\t=evil")]) : .init()
        } body: { url in
            try await withControlPlane { world in
                let (_, project) = try await world.makeProject()
                let service = try await world.admin.post(
                    "/api/v1/projects/\(project)/services",
                    ["name": "edge", "category": "custom", "endpoint": url]
                ).expect(201)["id"]
                let page = try await enterPage(of: service, world, as: world.admin)
                let answer = try await world.api(nil).send("GET", "/", headers: page).expect(200)
                #expect(answer.headers["set-cookie"] == kept)
            }
        }
    }

    @Test(arguments: ["/caf%e9", "/%ff?x=%80", "/a%zz", "/x?[a]=1"])
    func `what comes behind the tunnel's path goes on as it came`(path: String) async throws {
        try await withScriptedServer { request in
            .init(body: request.target)
        } body: { url in
            try await withControlPlane { world in
                let (_, project) = try await world.makeProject()
                let service = try await world.admin.post(
                    "/api/v1/projects/\(project)/services",
                    ["name": "edge", "category": "custom", "endpoint": url + "/base"]
                ).expect(201)["id"]
                try await withTransportClient { client in
                    let url = try #require(URLComponents(string: world.url))
                    let endpoint = RemoteEndpoint(
                        address: .tcp(host: "127.0.0.1", port: try #require(url.port)), usesTLS: false)
                    let answer = try await DirectTransport(endpoint: endpoint, client: client).send(
                        RemoteRequest(
                            target: "/api/v1/services/\(service)/proxy\(path)",
                            headerFields: [.authorization: "Bearer \(world.admin.token ?? "")"],
                            timeout: .seconds(30)))
                    #expect(String(buffer: try await answer.collect(upTo: 1000)) == "/base\(path)")
                }
            }
        }
    }

    @Test func `a service's page opens with a ticket that works once, on an origin of its own`() async throws {
        try await withAdoptedService { world, service, _ in
            let opened = try await world.admin.get("/api/v1/services/\(service)/open").expect(302)
            let place = try #require(URLComponents(string: opened.headers["location"] ?? ""))
            #expect(place.host == "\(service).localhost")
            let host = [("Host", "\(service).localhost:80")]
            let entrance = place.path + "?" + (place.query ?? "")
            let stranger = world.api(nil)
            let entered = try await stranger.send("GET", entrance, headers: host).expect(302)
            #expect(entered.headers["location"] == "/")
            #expect(try await stranger.send("GET", entrance, headers: host).status == 401)
            let cookie = host + [("Cookie", entered.cookie)]
            #expect(try await stranger.send("GET", "/web/", headers: cookie).text.contains("Simulated NeuronEX"))
            #expect(try await stranger.send("GET", "/web/", headers: host).status == 401)
            // The page's cookie is worth nothing at the API, nor at another service's page.
            #expect(try await stranger.send("GET", "/api/v1/me", headers: [("Cookie", entered.cookie)]).status == 401)
            let other = [("Host", String(repeating: "0", count: 26) + ".localhost"), ("Cookie", entered.cookie)]
            #expect(try await stranger.send("GET", "/web/", headers: other).status == 401)
        }
    }
}
