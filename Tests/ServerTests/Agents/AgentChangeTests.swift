import Fleet
import Foundation
import NIOCore
import TestSupport
import Testing
import Transport

/// Editing agents, moving them, letting them go.
@Suite struct AgentChangeTests {
    @Test(arguments: TestEngine.allCases)
    func `an agent moves to another project with what is behind it`(engine: TestEngine) async throws {
        try await withAgent(on: engine) { world in
            let admin = world.world.admin
            let tunnel = try await world.agent.connect()
            try await world.waitUntilOnline()
            let service = try await world.adopt()
            _ = try await admin.post("/api/v1/services/\(service)/tags", ["add": ["hall-2"]]).expect(200)
            let other = try await world.world.makeProject("Elsewhere").project
            let moved = try await admin.post(world.path("/transfer"), ["projectId": other]).expect(200)
            #expect(moved["projectId"] == other)
            // Nothing that users of the old project have under way goes on; the agent dials again.
            try await tunnel.closed.get()
            let again = try await world.agent.connect()
            let shown = try await admin.poll("/api/v1/services/\(service)") { $0["status"] == "online" }
            #expect(shown["projectId"] == other)
            #expect(shown.json["tags"] as? [String] == ["hall-2"])
            #expect(try await admin.get("/api/v1/services/\(service)/proxy/").status == 200)
            #expect(try await admin.get("/api/v1/projects/\(world.project)/services").items.isEmpty)
            #expect(try await admin.get("/api/v1/projects/\(world.project)/agents").items.isEmpty)
            #expect(try await admin.get("/api/v1/projects/\(other)/services?tag=hall-2").items.count == 1)
            #expect(try await admin.post(world.path("/transfer"), ["projectId": other]).badFields == ["projectId"])
            again.close()
        }
    }

    @Test func `a move is refused where a name is taken, and changes nothing then`() async throws {
        try await withAgent { world in
            let admin = world.world.admin
            let tunnel = try await world.agent.connect()
            try await world.waitUntilOnline()
            let service = try await world.adopt()
            let other = try await world.world.makeProject("Elsewhere").project
            _ = try await admin.post(
                "/api/v1/projects/\(other)/services", ["name": "press-gw", "endpoint": "http://127.0.0.1:9"]
            ).expect(201)
            let refused = try await admin.post(world.path("/transfer"), ["projectId": other])
            #expect(refused.status == 409)
            #expect(refused.text.contains("press-gw"))
            #expect(try await admin.get("/api/v1/services/\(service)")["projectId"] == world.project)
            tunnel.close()
        }
    }

    @Test func `who moves an agent needs the right in both projects`() async throws {
        try await withAgent { world in
            let other = try await world.world.makeProject("Elsewhere").project
            let member = try await world.world.makeUser([
                "email": "plant@example.com", "role": "projectAdmin", "projectId": world.project,
            ])
            #expect(try await member.post(world.path("/transfer"), ["projectId": other]).status == 404)
        }
    }

    @Test func `an agent goes when nothing is behind it, or with it when that is asked for`() async throws {
        try await withAgent { world in
            let admin = world.world.admin
            let tunnel = try await world.agent.connect()
            try await world.waitUntilOnline()
            let service = try await world.adopt()
            #expect(try await admin.delete(world.path()).status == 409)
            #expect(try await admin.delete(world.path() + "?services=true").status == 204)
            try await tunnel.closed.get()
            #expect(try await admin.get("/api/v1/services/\(service)").status == 404)
            #expect(try await admin.get(world.path()).status == 404)
        }
    }

    @Test func `an agent is renamed and described, and bad texts are named`() async throws {
        try await withAgent { world in
            let admin = world.world.admin
            let changed = try await admin.patch(world.path(), ["name": "hall 2", "description": "beside the press"])
            #expect(changed["name"] == "hall 2")
            #expect(changed["description"] == "beside the press")
            #expect(try await admin.patch(world.path(), ["name": ""]).badFields == ["name"])
            let found = try await admin.get("/api/v1/projects/\(world.project)/agents?q=HALL&online=false")
            #expect(found.items.count == 1)
            #expect(try await admin.get("/api/v1/projects/\(world.project)/agents?online=true").items.isEmpty)
        }
    }

    @Test func `a project with agents is not deleted`() async throws {
        try await withAgent { world in
            let refused = try await world.world.admin.delete("/api/v1/projects/\(world.project)")
            #expect(refused.status == 409)
            #expect(refused.text.contains("agents"))
        }
    }

    @Test func `a hostile agent's words about itself are bounded`() async throws {
        try await withAgent { world in
            world.agent.profile.value.version = String(repeating: "9", count: 5000)
            world.agent.profile.value.system = "a\u{202E}b\nc"
            world.agent.profile.value.offers =
                [
                    AgentOffer(name: "../../etc", kind: .service, url: "http://127.0.0.1:1"),
                    AgentOffer(name: "web", kind: .service, url: "javascript:alert(1)"),
                    AgentOffer(name: "web", kind: .service, url: "http://user:pass@127.0.0.1:1"),
                    AgentOffer(name: "good", kind: .service, url: "http://127.0.0.1:1"),
                    AgentOffer(name: "good", kind: .docker, url: "unix:///var/run/docker.sock"),
                ] + (0..<500).map { AgentOffer(name: "o\($0)", kind: .service, url: "http://127.0.0.1:1") }
            let tunnel = try await world.agent.connect()
            let shown = try await world.world.admin.poll(world.path()) { $0.json["offers"] as? Int ?? 0 > 1 }
            #expect(shown.json["offers"] as? Int == AgentOffer.maximumCount)
            #expect(shown["version"].count <= 50)
            #expect(shown["system"] == "")
            let offers = try await world.world.admin.get(world.path("/offers")).items
            #expect(offers.allSatisfy { ($0["url"] as? String)?.contains("@") == false })
            tunnel.close()
        }
    }
}
