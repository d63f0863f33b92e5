import ControlPlane
import Fleet
import TestSupport
import Testing

@Suite struct AccountTests {
    @Test func `the last system admin can be neither disabled, demoted nor deleted`() async throws {
        try await withControlPlane { world in
            let id = world.admin
            let me = try await id.get("/api/v1/me").json["user"] as? [String: Any]
            let path = "/api/v1/users/\(me?["id"] as? String ?? "")"
            #expect(try await id.patch(path, ["disabled": true]).status == 409)
            #expect(try await id.patch(path, ["systemAdmin": false]).status == 409)
            #expect(try await id.delete(path).status == 409)
            _ = try await id.post(
                "/api/v1/users", ["email": "b@example.com", "password": "another long one", "systemAdmin": true]
            ).expect(201)
            #expect(try await id.patch(path, ["systemAdmin": false]).status == 200)
        }
    }

    @Test func `disabling or resetting ends every session and token at once`() async throws {
        try await withControlPlane { world in
            let (_, project) = try await world.makeProject()
            let user = try await world.makeUser(["email": "u@example.com", "projectId": project, "role": "user"])
            #expect(try await user.get("/api/v1/me").status == 200)
            let id = try await world.admin.get("/api/v1/users?q=u@example").items.first?["id"] as? String ?? ""
            _ = try await world.admin.patch("/api/v1/users/\(id)", ["disabled": true]).expect(200)
            #expect(try await user.get("/api/v1/me").status == 401)
            _ = try await world.admin.patch("/api/v1/users/\(id)", ["disabled": false]).expect(200)
            #expect(try await user.get("/api/v1/me").status == 200)
            let reset = try await world.admin.send(
                "PUT", "/api/v1/users/\(id)/password", json: ["password": "brand new and long"])
            #expect(reset.status == 204)
            #expect(try await user.get("/api/v1/me").status == 401)
        }
    }

    @Test func `wrong passwords are slowed down, and tell nothing of which half was wrong`() async throws {
        try await withControlPlane { world in
            let anonymous = world.api(nil)
            let email = ControlPlaneWorld.adminEmail
            var details: Set<String> = []
            for attempt in 0..<10 {
                let answer = try await anonymous.post(
                    "/api/v1/session", ["email": email, "password": "wrong \(attempt)"])
                #expect(answer.status == 401)
                details.insert(answer["detail"])
            }
            details.insert(
                try await anonymous.post("/api/v1/session", ["email": "no@example.com", "password": "x"])["detail"])
            #expect(details.count == 1)
            let limited = try await anonymous.post(
                "/api/v1/session", ["email": email, "password": ControlPlaneWorld.adminPassword])
            #expect(limited.status == 429)
            #expect(limited.headers["retry-after"] != nil)
        }
    }

    @Test func `many wrong passwords at once are no way around the limits`() async throws {
        try await withControlPlane { world in
            let anonymous = world.api(nil)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for attempt in 0..<40 {
                    group.addTask {
                        try await anonymous.post(
                            "/api/v1/session", ["email": ControlPlaneWorld.adminEmail, "password": "wrong \(attempt)"]
                        ).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 401 } == 10)
            #expect(statuses.count { $0 == 429 } == 30)
        }
    }

    @Test func `giving an account of elsewhere a role does not make the giver its master`() async throws {
        try await withControlPlane { world in
            let (_, project) = try await world.makeProject()
            let admin = try await world.makeUser(
                ["email": "pa@example.com", "projectId": project, "role": "projectAdmin"])
            let stranger = try await world.admin.post(
                "/api/v1/users", ["email": "nobody@example.com", "password": ControlPlaneWorld.adminPassword]
            ).expect(201)["id"]
            let path = "/api/v1/users/\(stranger)"
            #expect(try await admin.get(path).status == 404)
            _ = try await admin.post(
                "/api/v1/projects/\(project)/members", ["email": "nobody@example.com", "role": "user"]
            ).expect(201)
            #expect(try await admin.get(path).status == 200)
            let reset = try await admin.send("PUT", path + "/password", json: ["password": "brand new and long"])
            #expect(reset.status == 403)
            #expect(try await admin.patch(path, ["disabled": true]).status == 403)
            #expect(try await admin.delete(path).status == 403)

            // One that was made here is.
            let own = try await admin.post(
                "/api/v1/users",
                [
                    "email": "own@example.com", "password": ControlPlaneWorld.adminPassword, "projectId": project,
                    "role": "user",
                ]
            ).expect(201)["id"]
            #expect(try await admin.patch("/api/v1/users/\(own)", ["name": "Own"]).status == 200)
        }
    }

    @Test(arguments: ["short", "aaaaaaaaaaaaaa", "password123", "u@example.com"])
    func `weak passwords are refused`(password: String) async throws {
        try await withControlPlane { world in
            let answer = try await world.admin.post(
                "/api/v1/users", ["email": "u@example.com", "password": password])
            #expect(answer.badFields == ["password"])
            #expect(!answer.text.contains("\"\(password)\""))
        }
    }

    @Test func `a project's admin can't reach above or beside the project`() async throws {
        try await withControlPlane { world in
            let (org, project) = try await world.makeProject()
            let other = try await world.makeProject("Elsewhere")
            let admin = try await world.makeUser([
                "email": "pa@example.com", "projectId": project, "role": "projectAdmin",
            ])
            func create(_ body: [String: any Sendable]) async throws -> TestAnswer {
                try await admin.post(
                    "/api/v1/users",
                    body.merging(["email": "n@example.com", "password": "a long password"]) { first, _ in first })
            }
            #expect(try await create(["systemAdmin": true, "projectId": project, "role": "user"]).status == 403)
            #expect(try await create([:]).badFields == ["role"])
            #expect(try await create(["orgId": org, "role": "orgAdmin"]).status == 404)
            #expect(try await create(["projectId": other.project, "role": "user"]).status == 404)
            #expect(try await create(["projectId": project, "role": "orgAdmin"]).badFields == ["role"])
            #expect(try await create(["projectId": project, "role": "user"]).status == 201)
            let root = try await world.admin.get("/api/v1/me").json["user"] as? [String: Any]
            #expect(try await admin.get("/api/v1/users/\(root?["id"] as? String ?? "")").status == 404)
        }
    }
}
