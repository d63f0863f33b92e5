import Foundation
import TestSupport
import Testing

@Suite struct IdempotencyTests {
    private func key(_ text: String) -> [(String, String)] { [("Idempotency-Key", text)] }

    @Test(arguments: TestEngine.allCases)
    func `a request sent again is given the same answer and is carried out once`(engine: TestEngine) async throws {
        try await withControlPlane(on: engine) { world in
            let body = ["name": "Plant works"]
            let first = try await world.admin.send("POST", "/api/v1/orgs", json: body, headers: key("org-1"))
            #expect(first.status == 201)
            #expect(first.headers["idempotency-replayed"] == nil)
            // The draft's form and the plain one name the same key.
            let again = try await world.admin.send("POST", "/api/v1/orgs", json: body, headers: key(#""org-1""#))
            #expect(again.status == 201)
            #expect(again.body == first.body)
            #expect(again.headers["location"] == first.headers["location"])
            #expect(again.headers["content-type"] == "application/json")
            #expect(again.headers["idempotency-replayed"] == "true")
            let orgs = try await world.admin.get("/api/v1/orgs?total=true")
            #expect(orgs.json["total"] as? Int == 1)
            let audit = try await world.admin.get("/api/v1/audit?operation=organization.create&total=true")
            #expect(audit.json["total"] as? Int == 1)
        }
    }

    @Test func `a token that is shown once is shown again to who lost the answer`() async throws {
        try await withControlPlane { world in
            let first = try await world.admin.send(
                "POST", "/api/v1/tokens", json: ["name": "robot"], headers: key("t"))
            let again = try await world.admin.send(
                "POST", "/api/v1/tokens", json: ["name": "robot"], headers: key("t"))
            #expect(first["token"].hasPrefix("ewt_"))
            #expect(again["token"] == first["token"])
            #expect(try await world.api(again["token"]).get("/api/v1/me").status == 200)
        }
    }

    @Test func `a key is refused for another body, query or path`() async throws {
        try await withControlPlane { world in
            let (org, project) = try await world.makeProject()
            let path = "/api/v1/orgs/\(org)/projects"
            _ = try await world.admin.send("POST", path, json: ["name": "a"], headers: key("k")).expect(201)
            let others = [
                (path, "b"), (path + "?x=1", "a"), ("/api/v1/projects/\(project)/tags", "a"),
            ]
            for (path, name) in others {
                let refused = try await world.admin.send("POST", path, json: ["name": name], headers: key("k"))
                #expect(refused.status == 422, "\(refused)")
                #expect(refused["code"] == "idempotencyKeyReused")
            }
            #expect(try await world.admin.get("/api/v1/projects/\(project)/tags").items.isEmpty)
        }
    }

    @Test func `keys that can't be one are refused`() async throws {
        try await withControlPlane { world in
            let keys = ["", "a b", #""""#, #"a"b"#, String(repeating: "x", count: 256), "ä"]
            for bad in keys {
                let refused = try await world.admin.send(
                    "POST", "/api/v1/orgs", json: ["name": "x"], headers: key(bad))
                #expect(refused.status == 400, "\(bad): \(refused)")
                #expect(refused.badFields == ["Idempotency-Key"])
            }
            #expect(try await world.admin.get("/api/v1/orgs").items.isEmpty)
        }
    }

    @Test func `everybody has keys of their own, and so has every token`() async throws {
        try await withControlPlane { world in
            let (_, project) = try await world.makeProject()
            let tags = "/api/v1/projects/\(project)/tags"
            let other = try await world.makeUser([
                "email": "other@example.com", "projectId": project, "role": "projectAdmin",
            ])
            let secondToken = try await world.admin.post("/api/v1/tokens", ["name": "second"]).expect(201)["token"]
            for (name, caller) in [("a", world.admin), ("b", other), ("c", world.api(secondToken))] {
                let made = try await caller.send("POST", tags, json: ["name": name], headers: key("same"))
                #expect(made.status == 201)
                #expect(made["name"] == name)
            }
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `of many at once one is carried out`(engine: TestEngine) async throws {
        try await withControlPlane(on: engine) { world in
            let answers = try await withThrowingTaskGroup(of: TestAnswer.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await world.admin.send(
                            "POST", "/api/v1/orgs", json: ["name": "once"], headers: key("race"))
                    }
                }
                return try await group.reduce(into: [TestAnswer]()) { $0.append($1) }
            }
            let made = answers.filter { $0.status == 201 }
            #expect(!made.isEmpty)
            #expect(Set(made.map { $0["id"] }).count == 1)
            for late in answers where late.status != 201 {
                #expect(late.status == 409)
                #expect(late["code"] == "requestUnderWay")
                #expect(late.headers["retry-after"] == "1")
            }
            #expect(try await world.admin.get("/api/v1/orgs").items.count == 1)
        }
    }

    @Test func `what was refused is not kept, so that the same request may succeed later`() async throws {
        try await withControlPlane { world in
            let org = try await world.admin.post("/api/v1/orgs", ["name": "taken"]).expect(201)["id"]
            let body = ["name": "taken"]
            let refused = try await world.admin.send("POST", "/api/v1/orgs", json: body, headers: key("k"))
            #expect(refused["code"] == "conflict")
            _ = try await world.admin.patch("/api/v1/orgs/\(org)", ["name": "free"]).expect(200)
            let made = try await world.admin.send("POST", "/api/v1/orgs", json: body, headers: key("k"))
            #expect(made.status == 201)
        }
    }

    @Test func `who lost the right is not shown the answer`() async throws {
        try await withControlPlane { world in
            let (_, project) = try await world.makeProject()
            let member = try await world.makeUser([
                "email": "m@example.com", "projectId": project, "role": "projectAdmin",
            ])
            let tags = "/api/v1/projects/\(project)/tags"
            _ = try await member.send("POST", tags, json: ["name": "a"], headers: key("k")).expect(201)
            let id = try await world.admin.get("/api/v1/users?q=m@example").items.first?["id"] as? String ?? ""
            _ = try await world.admin.delete("/api/v1/projects/\(project)/members/\(id)").expect(204)
            #expect(try await member.send("POST", tags, json: ["name": "a"], headers: key("k")).status == 404)
        }
    }

    @Test func `a browser's key needs the CSRF token as well`() async throws {
        try await withControlPlane { world in
            let session = try await world.api(nil).post(
                "/api/v1/session",
                ["email": ControlPlaneWorld.adminEmail, "password": ControlPlaneWorld.adminPassword]
            ).expect(200)
            let fields = key("k") + [("Cookie", session.cookie)]
            let csrf = [("X-CSRF-Token", session["csrfToken"])]
            let body = ["name": "x"]
            let made = try await world.api(nil).send("POST", "/api/v1/orgs", json: body, headers: fields + csrf)
            let again = try await world.api(nil).send("POST", "/api/v1/orgs", json: body, headers: fields + csrf)
            #expect(made.status == 201)
            #expect(again["id"] == made["id"])
            #expect(try await world.api(nil).send("POST", "/api/v1/orgs", json: body, headers: fields).status == 403)
        }
    }

    @Test func `an import leaves the key aside and still takes no line twice`() async throws {
        try await withControlPlane { world in
            let (_, project) = try await world.makeProject()
            let csv = "category,name,endpoint\nneuronex,a,10.0.0.1:7000\n"
            let path = "/api/v1/projects/\(project)/services/import"
            let fields = key("k") + [("Content-Type", "text/csv")]
            let first = try await world.admin.send("POST", path, body: csv, headers: fields).expect(200)
            let again = try await world.admin.send("POST", path, body: csv, headers: fields).expect(200)
            #expect(first.json["imported"] as? Int == 1)
            #expect(again.json["imported"] as? Int == 0)
        }
    }
}
