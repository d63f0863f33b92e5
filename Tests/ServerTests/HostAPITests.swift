import Fleet
import Foundation
import TestSupport
import Testing

@testable import ControlPlane

@Suite struct HostAPITests {
    private func withProject(
        _ engine: TestEngine = .sqlite,
        _ body: @Sendable @escaping (ControlPlaneWorld, _ hosts: String, _ project: String) async throws -> Void
    ) async throws {
        try await withControlPlane(on: engine, interval: .seconds(3600)) { world in
            let (_, project) = try await world.makeProject()
            try await body(world, "/api/v1/projects/\(project)/hosts", project)
        }
    }

    private let plain: [String: any Sendable] = [
        "name": "hall-1", "address": "tcp://127.0.0.1:9", "allowUnencrypted": true,
    ]

    @Test(arguments: TestEngine.allCases)
    func `a node is added, found, edited and deleted`(engine: TestEngine) async throws {
        try await withProject(engine) { world, hosts, _ in
            let host = try await world.admin.post(hosts, plain).expect(201)
            #expect(host["address"] == "tcp://127.0.0.1:9")
            #expect(host["serviceAddress"] == "127.0.0.1")
            #expect(host["status"] == "unknown")
            #expect((host.json["warnings"] as? [String])?.count == 1)
            let path = "/api/v1/hosts/\(host["id"])"
            #expect(host.headers["location"] == path)
            let listed = try await world.admin.get("\(hosts)?q=HALL&total=true")
            #expect(listed.json["total"] as? Int == 1)
            let edited = try await world.admin.send(
                "PATCH", path, json: ["name": "hall-2", "address": "tcp://[::1]:2375"])
            #expect(edited["name"] == "hall-2")
            #expect(edited["serviceAddress"] == "::1")
            #expect(try await world.admin.send("DELETE", path).status == 204)
            #expect(try await world.admin.get(path).status == 404)
            let audit = try await world.admin.get("/api/v1/audit?limit=10")
            let operations = (audit.json["items"] as? [[String: Any]])?.compactMap { $0["operation"] as? String } ?? []
            #expect(operations.prefix(3) == ["host.delete", "host.update", "host.create"])
        }
    }

    @Test func `a node that is no socket any more is warned of at once`() async throws {
        try await withProject { world, hosts, _ in
            let socket = try await world.admin.post(
                hosts, ["name": "here", "address": "unix:///run/nobody.sock"]
            ).expect(201)
            #expect((socket.json["warnings"] as? [String]) == [])
            let edited = try await world.admin.send(
                "PATCH", "/api/v1/hosts/\(socket["id"])",
                json: ["address": "tcp://127.0.0.1:9", "allowUnencrypted": true])
            #expect((edited.json["warnings"] as? [String])?.count == 1)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `two nodes of a project can't have one name`(engine: TestEngine) async throws {
        try await withProject(engine) { world, hosts, _ in
            _ = try await world.admin.post(hosts, plain).expect(201)
            let second = try await world.admin.post(hosts, plain)
            #expect(second.status == 409)
            #expect(second.badFields == ["name"])
        }
    }

    @Test(
        arguments: [
            (["name": "", "address": "tcp://a:1"], ["name"]),
            (["name": "a", "address": "http://a:1"], ["address"]),
            (["name": "a", "address": "tcp://a:1/path", "allowUnencrypted": true], ["address"]),
            (["name": "a", "address": "unix://relative.sock"], ["address"]),
            (["name": "a", "address": "tcp://a:2375"], ["allowUnencrypted"]),
            (
                ["name": "a", "address": "tcp://a:2375", "allowUnencrypted": true, "serviceAddress": "a:80"],
                ["serviceAddress"]
            ),
            (["name": "a", "address": "tcp://a:1", "tls": ["ca": "no certificate"]], ["tls.ca"]),
            (
                ["name": "a", "address": "tcp://a:1", "tls": ["certificate": "-----BEGIN CERTIFICATE-----"]],
                ["tls.key"]
            ),
        ] as [([String: any Sendable], [String])])
    func `a node that can't be is refused by the field`(body: [String: any Sendable], fields: [String]) async throws {
        try await withProject { world, hosts, _ in
            let answer = try await world.admin.post(hosts, body)
            #expect(answer.status == 400)
            #expect(answer.badFields == fields, "\(answer)")
            let listed = try await world.admin.get("\(hosts)?total=true")
            #expect(listed.json["total"] as? Int == 0)
        }
    }

    @Test func `certificates that can't be read are told of at once, and never shown`() async throws {
        try await withProject { world, hosts, _ in
            let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
            let answer = try await world.admin.post(
                hosts, ["name": "a", "address": "tcp://a:2376", "tls": ["ca": broken]])
            #expect(answer.status == 400)
            #expect(answer.badFields == ["tls"])
        }
    }

    @Test func `only a system administrator names a socket of the platform's own machine`() async throws {
        try await withProject { world, hosts, project in
            let member = try await world.makeUser([
                "email": "m@example.com", "role": "projectAdmin", "projectId": project,
            ])
            let socket: [String: any Sendable] = ["name": "here", "address": "unix:///var/run/docker.sock"]
            let refused = try await member.post(hosts, socket)
            #expect(refused.status == 400)
            #expect(refused.badFields == ["address"])
            let host = try await world.admin.post(hosts, socket).expect(201)
            #expect(host["serviceAddress"] == "127.0.0.1")
            let moved = try await member.send(
                "PATCH", "/api/v1/hosts/\(host["id"])", json: ["address": "unix:///run/other.sock"])
            #expect(moved.status == 400)
            // What was seen at another address says nothing of this one.
            _ = try await world.admin.post("/api/v1/hosts/\(host["id"])/check", [:]).expect(200)
            let elsewhere = try await world.admin.patch(
                "/api/v1/hosts/\(host["id"])", ["address": "unix:///run/other.sock"]
            ).expect(200)
            #expect(elsewhere["status"] == "unknown" && elsewhere["statusReason"] == "not asked yet")
            // What does not touch the address is theirs to change.
            let described = try await member.patch("/api/v1/hosts/\(host["id"])", ["description": "x"])
            #expect(described.status == 200)
        }
    }

    @Test func `on the platform's own machine only a system administrator's containers reach out of themselves`()
        async throws
    {
        try await withProject { world, hosts, project in
            let member = try await world.makeUser([
                "email": "m@example.com", "role": "projectAdmin", "projectId": project,
            ])
            let host = try await world.admin.post(
                hosts, ["name": "here", "address": "unix:///var/run/docker.sock"]
            ).expect(201)["id"]
            let image = try await world.admin.post(
                "/api/v1/images", ["category": "neuronex", "reference": "emqx/neuronex:3.6.0"]
            ).expect(201)["id"]
            func plan(_ settings: [String: any Sendable], by api: TestAPI) async throws -> TestAnswer {
                let parameters: [String: any Sendable] = ["namePrefix": "a-", "image": image, "settings": settings]
                return try await api.post(
                    "/api/v1/projects/\(project)/batches?dryRun=true",
                    ["kind": "install", "targets": ["hosts": [host]], "parameters": parameters])
            }
            let device: [String: any Sendable] = ["host": "/dev/mem", "container": "/dev/mem", "permissions": "rwm"]
            let folder: [String: any Sendable] = ["source": "/", "target": "/host", "readOnly": false]
            for (field, value) in [
                ("privileged", true), ("devices", [device]), ("volumes", [folder]),
            ] as [(String, any Sendable)] {
                let refused = try await plan([field: value], by: member)
                #expect(refused.status == 400)
                #expect(refused.badFields == ["parameters.settings.\(field)"], "\(refused)")
                #expect(try await plan([field: value], by: world.admin).status == 200)
            }
            #expect(try await plan(["memory": 1 << 28], by: member).status == 200)
        }
    }

    @Test func `a node that does not answer is said to be so, with the reason`() async throws {
        try await withProject { world, hosts, _ in
            let tried = try await world.admin.post("\(hosts)/check", plain).expect(200)
            #expect(tried.json["reachable"] as? Bool == false)
            #expect(tried["reason"].contains("127.0.0.1"))
            let host = try await world.admin.post(hosts, plain).expect(201)
            _ = try await world.admin.post("/api/v1/hosts/\(host["id"])/check", [:]).expect(200)
            #expect(try await world.admin.get("/api/v1/hosts/\(host["id"])")["status"] == "offline")
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `the first image of a category is its default until another is`(engine: TestEngine) async throws {
        try await withProject(engine) { world, _, _ in
            let first = try await world.admin.post(
                "/api/v1/images", ["category": "neuronex", "reference": "emqx/neuronex:3.6.0"]
            ).expect(201)
            #expect(first["version"] == "3.6.0")
            #expect(first.json["isDefault"] as? Bool == true)
            let second = try await world.admin.post(
                "/api/v1/images",
                ["category": "neuronex", "reference": "r.local:5000/neuronex:3.7.0", "isDefault": true]
            ).expect(201)
            let before = try await world.admin.get("/api/v1/images/\(first["id"])")
            #expect(before.json["isDefault"] as? Bool == false)
            let twice = try await world.admin.post(
                "/api/v1/images", ["category": "neuronex", "reference": "emqx/neuronex:3.6.0"])
            #expect(twice.status == 409)
            #expect(twice.badFields == ["reference"])
            let bad = try await world.admin.post(
                "/api/v1/images", ["category": "neuronex", "reference": "Not An Image"])
            #expect(bad.status == 400)
            #expect(bad.badFields == ["reference"])
            #expect(try await world.admin.send("DELETE", "/api/v1/images/\(second["id"])").status == 204)
        }
    }

    @Test func `a registry keeps its password, and never shows it`() async throws {
        try await withProject { world, _, _ in
            let registry = try await world.admin.post(
                "/api/v1/registries",
                ["name": "plant", "address": "r.local:5000", "username": "bot", "password": "s3cret-word"]
            ).expect(201)
            #expect(registry.json["hasPassword"] as? Bool == true)
            let path = "/api/v1/registries/\(registry["id"])"
            let shown = try await world.admin.get(path)
            #expect(!shown.text.contains("s3cret-word"))
            // It must not go over the wire in the clear because somebody flips a switch.
            let plain = try await world.admin.send("PATCH", path, json: ["plainHTTP": true])
            #expect(plain.badFields == ["password"])
            let named = try await world.admin.send("PATCH", path, json: ["plainHTTP": true, "username": "bot"])
            #expect(named.badFields == ["password"])
            let other = try await world.admin.send("PATCH", path, json: ["username": "someone"])
            #expect(other.badFields == ["password"])
            let without = try await world.admin.send("PATCH", path, json: ["username": ""])
            #expect(without.json["hasPassword"] as? Bool == false)
            let bad = try await world.admin.post("/api/v1/registries", ["name": "x", "address": "https://r.local"])
            #expect(bad.badFields == ["address"])
        }
    }

    @Test func `defaults are the makers' until an administrator says otherwise`() async throws {
        try await withProject { world, _, _ in
            let path = "/api/v1/workload-defaults"
            let standard = try await world.admin.get(path).expect(200)
            #expect((standard.json["items"] as? [Any])?.count == 4)
            let set = try await world.admin.send(
                "PUT", "\(path)/neuronex", json: ["environment": ["TZ": "Europe/Berlin"], "memory": 512 << 20]
            ).expect(200)
            let settings = try #require(set.json["settings"] as? [String: Any])
            #expect(settings["apiPort"] as? Int == 8085)
            #expect(settings["memory"] as? Int == 512 << 20)
            let volume: [String: any Sendable] = ["source": "../x", "target": "data", "readOnly": false]
            let bad = try await world.admin.send(
                "PUT", "\(path)/neuronex", json: ["memory": 12, "volumes": [volume]])
            #expect(
                bad.badFields == ["settings.volumes[0].source", "settings.volumes[0].target", "settings.memory"])
            let port: [String: any Sendable] = ["container": 9000, "protocol": "tcp"]
            let lost = try await world.admin.send("PUT", "\(path)/neuronex", json: ["ports": [port]])
            #expect(lost.badFields == ["settings.apiPort"])
        }
    }
}
