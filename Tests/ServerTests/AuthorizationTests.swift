import ControlPlane
import Fleet
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import Server

/// Every route of the table with every kind of caller: a new route that lets somebody in who has no business there
/// fails here without anybody writing a test for it.
@Suite struct AuthorizationTests {
    private struct Place {
        let org: String
        let project: String
        let service: String
        let user: String
        let tag: String
        let batch: String
        let host: String
        let agent: String

        func path(_ template: String) -> String {
            "/api/v1"
                + template.replacing("{org}", with: org).replacing("{project}", with: project)
                .replacing("{service}", with: service).replacing("{user}", with: user)
                .replacing("{tag}", with: tag).replacing("{batch}", with: batch)
                .replacing("{host}", with: host).replacing("{agent}", with: agent)
                .replacing("{category}", with: "neuronex")
                .replacing(/\{(token|image|registry|enrollmentToken)\}/, with: String(repeating: "0", count: 26))
        }
    }

    private func routes(_ world: ControlPlaneWorld) -> [Route] {
        let proxy = TunnelProxy(tunnel: world.plane.tunnel, timeout: .seconds(1))
        let pages = EdgePages(tunnel: world.plane.tunnel, proxy: proxy, edgeDomain: "localhost")
        return RouteTable.routes(world.plane, pages: pages)
    }

    private func makePlace(_ world: ControlPlaneWorld) async throws -> Place {
        let (org, project) = try await world.makeProject()
        let services = "/api/v1/projects/\(project)/services"
        let service = try await world.admin.post(services, ["name": "press", "endpoint": "http://127.0.0.1:9"])
            .expect(201)["id"]
        let tag = try await world.admin.post("/api/v1/projects/\(project)/tags", ["name": "spare"]).expect(201)["id"]
        let user = try await world.admin.post(
            "/api/v1/users", ["email": "someone@example.com", "password": ControlPlaneWorld.adminPassword]
        ).expect(201)["id"]
        let batch = try await world.admin.post(
            "/api/v1/projects/\(project)/batches",
            ["kind": "tag", "targets": ["ids": [service]], "parameters": ["add": ["x"]]]
        ).expect(202)["id"]
        let host = try await world.admin.post(
            "/api/v1/projects/\(project)/hosts",
            ["name": "hall", "address": "tcp://127.0.0.1:9", "allowUnencrypted": true]
        ).expect(201)["id"]
        let agent = try await world.enrolledAgent(in: project)
        return Place(
            org: org, project: project, service: service, user: user, tag: tag, batch: batch, host: host,
            agent: agent.id)
    }

    private func ask(_ route: Route, _ place: Place, as caller: TestAPI) async throws -> TestAnswer {
        // No body: who is let in gets 400 or 415 for it, who is not never gets that far.
        try await caller.send(route.method.rawValue, place.path(route.path))
    }

    @Test func `nobody gets anywhere without signing in`() async throws {
        try await withControlPlane { world in
            let place = try await makePlace(world)
            for route in routes(world) where route.access != .open {
                #expect(try await ask(route, place, as: world.api(nil)).status == 401, "\(route.operation)")
                #expect(try await ask(route, place, as: world.api("ewt_wrong")).status == 401, "\(route.operation)")
            }
        }
    }

    @Test func `a stranger does not learn that a tenant's things exist`() async throws {
        try await withControlPlane { world in
            let place = try await makePlace(world)
            let other = try await world.makeProject("Elsewhere")
            let stranger = try await world.makeUser([
                "email": "stranger@example.com", "orgId": other.org, "role": "orgAdmin",
            ])
            for route in routes(world) {
                switch route.access {
                case .organization, .project, .service, .batch, .host, .agent:
                    #expect(try await ask(route, place, as: stranger).status == 404, "\(route.operation)")
                default: break
                }
            }
        }
    }

    @Test(arguments: [Role.user, .projectAdmin, .orgAdmin])
    func `a role gets what the table gives it, and nothing else`(role: Role) async throws {
        try await withControlPlane { world in
            let place = try await makePlace(world)
            var account: [String: any Sendable] = ["email": "member@example.com", "role": role.rawValue]
            account[role == .orgAdmin ? "orgId" : "projectId"] = role == .orgAdmin ? place.org : place.project
            let member = try await world.makeUser(account)
            // Those that only read first, so that nothing is gone yet that another route asks for.
            for route in routes(world).sorted(by: { ($0.method == .delete ? 1 : 0) < ($1.method == .delete ? 1 : 0) }) {
                guard route.path != "/projects/{project}/events" else { continue }
                let permission: Permission
                switch route.access {
                case .organization(let asked), .project(let asked), .service(let asked), .platform(let asked),
                    .anywhere(let asked), .batch(let asked), .host(let asked), .agent(let asked):
                    permission = asked
                case .open, .signedIn: continue
                }
                let answer = try await ask(route, place, as: member)
                let isAllowed = role.permits(permission)
                let isElsewhere = route.access == .platform(permission)
                if isAllowed, !isElsewhere {
                    #expect(answer.status != 403, "\(role) should be let in to \(route.operation): \(answer)")
                } else {
                    // Who has no role in the organization itself may be told that it is not there.
                    #expect([403, 404].contains(answer.status), "\(role) got into \(route.operation): \(answer)")
                }
                #expect(answer.status != 500, "\(answer)")
            }
        }
    }

    @Test func `a read-only token changes nothing`() async throws {
        try await withControlPlane { world in
            let place = try await makePlace(world)
            let token = try await world.admin.post("/api/v1/tokens", ["name": "r", "readOnly": true]).expect(201)[
                "token"]
            let reader = world.api(token)
            for route in routes(world) where route.method != .get && route.access != .open {
                let status = try await ask(route, place, as: reader).status
                #expect([403, 409, 415].contains(status), "\(route.operation) answered \(status)")
            }
            let services = try await world.admin.get("/api/v1/projects/\(place.project)/services?total=true")
            #expect(services.json["total"] as? Int == 1)
            let proxied = try await reader.send("POST", "/api/v1/services/\(place.service)/proxy/x")
            #expect(proxied.status == 403)
        }
    }

    @Test func `a token limited to a project sees nothing of the others`() async throws {
        try await withControlPlane { world in
            let place = try await makePlace(world)
            let other = try await world.makeProject("Elsewhere")
            let token = try await world.admin.post(
                "/api/v1/tokens", ["name": "limited", "projectId": other.project]
            ).expect(201)["token"]
            let limited = world.api(token)
            #expect(try await limited.get("/api/v1/projects/\(place.project)").status == 404)
            #expect(try await limited.get("/api/v1/services/\(place.service)").status == 404)
            #expect(try await limited.get("/api/v1/projects/\(other.project)").status == 200)
            #expect(try await limited.get("/api/v1/projects").items.count == 1)
            #expect(try await limited.get("/api/v1/users").status == 403)
            #expect(try await limited.post("/api/v1/tokens", ["name": "wider"]).status == 403)
        }
    }

    @Test func `a session's cookie changes nothing without its CSRF token`() async throws {
        try await withControlPlane { world in
            let session = try await world.api(nil).post(
                "/api/v1/session",
                ["email": ControlPlaneWorld.adminEmail, "password": ControlPlaneWorld.adminPassword]
            ).expect(200)
            let cookie = [("Cookie", session.cookie)]
            #expect(try await world.api(nil).send("GET", "/api/v1/me", headers: cookie).status == 200)
            let refused = try await world.api(nil).send("POST", "/api/v1/orgs", json: ["name": "x"], headers: cookie)
            #expect(refused.status == 403)
            let token = ("X-CSRF-Token", session["csrfToken"])
            let made = try await world.api(nil).send(
                "POST", "/api/v1/orgs", json: ["name": "x"], headers: cookie + [token])
            #expect(made.status == 201)
        }
    }
}
