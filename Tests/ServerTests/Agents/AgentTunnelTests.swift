import AgentIdentity
import Fleet
import Foundation
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Transport

/// What is behind an agent, reached through the platform.
@Suite struct AgentTunnelTests {
    @Test(arguments: TestEngine.allCases)
    func `a service behind an agent is watched and reached like any other`(engine: TestEngine) async throws {
        try await withAgent(on: engine) { exchange in
            let body = try await exchange.wholeBody()
            try await exchange.respond("\(exchange.head.method) \(exchange.head.uri) \(String(buffer: body))")
        } _: { world in
            let tunnel = try await world.agent.connect()
            try await world.waitUntilOnline()
            let service = try await world.adopt()
            let shown = try await world.world.admin.poll("/api/v1/services/\(service)") { $0["status"] == "online" }
            #expect(shown["connection"] == "agent")
            #expect(shown["agentId"] == world.agentId)
            #expect(shown["agentName"] == "press-gw")
            #expect(shown["endpoint"] == "agent://\(world.agentId)/web")
            let answer = try await world.world.admin.send(
                "POST", "/api/v1/services/\(service)/proxy/a/b?c=d", body: "hello")
            #expect(answer.text == "POST /a/b?c=d hello")
            tunnel.close()
            let lost = try await world.world.admin.poll("/api/v1/services/\(service)") {
                $0["statusReason"].contains("not connected")
            }
            #expect(lost["status"] == "unknown")
            let offline = try await world.world.admin.poll(world.path()) { $0.json["online"] as? Bool == false }
            #expect(offline.json["services"] as? Int == 1)
            let refused = try await world.world.admin.get("/api/v1/services/\(service)/proxy/")
            #expect(refused.status == 502)
            #expect(refused.text.contains("not connected"))
        }
    }

    @Test func `what an agent does not offer is not reached, whoever asks for it`() async throws {
        try await withAgent { world in
            let tunnel = try await world.agent.connect()
            try await world.waitUntilOnline()
            let services = "/api/v1/projects/\(world.project)/services"
            for endpoint in [
                "agent://\(world.agentId)/other", "agent://\(world.agentId):22/web",
                "agent://\(String(repeating: "0", count: 26))/web", "agent://\(world.agentId)",
                "agent://web/\(world.agentId)",
            ] {
                let answer = try await world.world.admin.post(services, ["name": "x", "endpoint": endpoint])
                #expect(answer.status == 400, "\(endpoint): \(answer)")
                #expect(answer.badFields == ["endpoint"])
            }
            let checked = try await world.world.admin.post(
                services + "/check", ["name": "x", "endpoint": "agent://\(world.agentId)/other"])
            #expect(checked.status == 400)
            tunnel.close()
        }
    }

    @Test func `nobody reaches through an agent of another project`() async throws {
        try await withAgent { world in
            let tunnel = try await world.agent.connect()
            try await world.waitUntilOnline()
            let other = try await world.world.makeProject("Elsewhere").project
            let body: [String: any Sendable] = [
                "name": "x", "category": "custom", "endpoint": "agent://\(world.agentId)/web",
            ]
            let services = "/api/v1/projects/\(other)/services"
            #expect(try await world.world.admin.post(services, body).badFields == ["endpoint"])
            #expect(try await world.world.admin.post(services + "/check", body).badFields == ["endpoint"])
            let hosts = "/api/v1/projects/\(other)/hosts"
            let host = try await world.world.admin.post(
                hosts, ["name": "h", "address": "agent://\(world.agentId)/web"])
            #expect(host.badFields == ["address"])
            let csv = "category,name,nodeType,endpoint,scheme,tagName\ncustom,x,Agent,\(world.agentId)/web,agent,\n"
            let imported = try await world.world.admin.importCSV(csv, into: other).expect(200)
            #expect(imported.json["imported"] as? Int == 0, "\(imported)")
            let mine = try await world.world.admin.importCSV(csv, into: world.project).expect(200)
            #expect(mine.json["imported"] as? Int == 1, "\(mine)")
            tunnel.close()
        }
    }

    @Test func `an export of services behind an agent can be imported again`() async throws {
        try await withAgent { world in
            let tunnel = try await world.agent.connect()
            try await world.waitUntilOnline()
            let service = try await world.adopt()
            let exported = try await world.world.admin.get("/api/v1/projects/\(world.project)/services/export").expect(
                200)
            #expect(exported.text.contains("Agent,\(world.agentId)/web,agent"), "\(exported)")
            _ = try await world.world.admin.delete("/api/v1/services/\(service)").expect(204)
            let imported = try await world.world.admin.importCSV(exported.text, into: world.project).expect(200)
            #expect(imported.json["imported"] as? Int == 1, "\(imported)")
            tunnel.close()
        }
    }

    @Test func `a token may have what an agent offers added by itself, once each`() async throws {
        try await withAgent(token: ["adoptsOffers": true, "tags": ["hall-2"], "maximumUses": 2]) { world in
            let tunnel = try await world.agent.connect()
            let services = "/api/v1/projects/\(world.project)/services?agent=\(world.agentId)"
            let added = try await world.world.admin.poll(services) { !$0.items.isEmpty }.items
            #expect(added.first?["name"] as? String == "press-gw")
            #expect(added.first?["tags"] as? [String] == ["hall-2"])
            // A second start of the agent adds nothing; what is new is added then.
            world.agent.profile.value.offers.append(
                AgentOffer(name: "neuronex", kind: .service, category: .neuronex, url: "http://127.0.0.1:1"))
            tunnel.close()
            let again = try await world.agent.connect()
            let all = try await world.world.admin.poll(services) { $0.items.count > 1 }.items
            #expect(all.map { $0["name"] as? String } == ["press-gw", "press-gw neuronex"])
            let agent = try await world.world.admin.get(world.path())
            #expect(agent.json["newOffers"] as? Int == 0)
            again.close()
        }
    }

    @Test func `an offer is added under a name that is free, unless its name was said`() async throws {
        try await withAgent { world in
            let admin = world.world.admin
            let services = "/api/v1/projects/\(world.project)/services"
            _ = try await admin.post(services, ["name": "press-gw", "endpoint": "http://127.0.0.1:9"]).expect(201)
            let tunnel = try await world.agent.connect()
            try await world.waitUntilOnline()
            let said = try await admin.post(
                world.path("/adopt"), ["offers": [["offer": "web", "name": "press-gw"]]]
            ).expect(200)
            let failed = try #require(said.json["failed"] as? [[String: Any]])
            #expect(failed.count == 1)
            #expect((failed.first?["reason"] as? String)?.contains("press-gw") == true, "\(said)")
            #expect((said.json["services"] as? [Any])?.isEmpty == true)
            let service = try await world.adopt()
            #expect(try await admin.get("/api/v1/services/\(service)")["name"] == "press-gw web")
            tunnel.close()
        }
    }

    @Test func `an agent that is revoked or deleted is cut off at once`() async throws {
        try await withAgent { world in
            let tunnel = try await world.agent.connect()
            try await world.waitUntilOnline()
            let revoked = try await world.world.admin.post(world.path("/revoke"), [:]).expect(200)
            #expect(revoked["state"] == "revoked")
            try await tunnel.closed.get()
            let refusal = await #expect(throws: DialRefusal.self) { _ = try await world.agent.connect() }
            #expect(refusal?.status == 403)
            #expect(try await world.agent.enroll().status == 403)
            _ = try await world.world.admin.post(world.path("/restore"), [:]).expect(200)
            let again = try await world.agent.connect()
            try await world.waitUntilOnline()
            _ = try await world.world.admin.delete(world.path()).expect(204)
            try await again.closed.get()
            let unknown = await #expect(throws: DialRefusal.self) { _ = try await world.agent.connect() }
            #expect(unknown?.status == 404)
        }
    }

    @Test func `one key in two places is noticed, and the first one stays`() async throws {
        try await withAgent { world in
            let tunnel = try await world.agent.connect()
            try await world.waitUntilOnline()
            let copy = try TestAgent(
                at: world.world.url, ports: ["web": 1], keys: world.agent.keys, client: world.client)
            let refusal = await #expect(throws: DialRefusal.self) { _ = try await copy.connect() }
            #expect(refusal?.status == 409)
            #expect(refusal?.retryAfter != nil)
            let shown = try await world.world.admin.poll(world.path()) { $0.json["clone"] is [String: Any] }
            #expect((shown.json["clone"] as? [String: Any])?["address"] as? String == "127.0.0.1")
            _ = try await world.world.admin.delete(world.path("/clone")).expect(204)
            #expect(!(try await world.world.admin.get(world.path()).json["clone"] is [String: Any]))
            // Once the first one is gone the other may come: a restart of the program looks like this.
            tunnel.close()
            try await tunnel.closed.get()
            let next = try await copy.connect()
            // And further connections of the same start are no copies.
            let second = try await copy.connect()
            _ = try await world.world.admin.poll(world.path()) { $0.json["connections"] as? Int == 2 }
            next.close()
            second.close()
        }
    }
}
