import Fleet
import Foundation
import TestSupport
import Testing

/// Through the public API, against a real Docker engine.
@Suite struct InstallTests {
    @Test(arguments: TestEngine.allCases)
    func `services are installed, come online, and can be looked into`(store: TestEngine) async throws {
        try await withNode(on: store) { node in
            let batch = try await node.install(DockerWorld.image, count: 3, ["tags": ["press"]])
            try await node.requireSuccess(of: batch)
            let listed = try await node.admin.poll("\(node.services)?host=\(node.host)&status=online") {
                $0.items.count == 3
            }
            #expect(Set(listed.items.compactMap { $0["endpoint"] as? String }).count == 3)
            for service in listed.items {
                #expect(service["mode"] as? String == "hosted")
                #expect(service["hostName"] as? String == "hall-1")
                #expect(service["image"] as? String == DockerWorld.image)
                #expect(service["tags"] as? [String] == ["press"])
            }
            let id = try #require(listed.items.first?["id"] as? String)
            let workload = try await node.admin.get("/api/v1/services/\(id)/workload").expect(200)
            #expect(workload["desired"] == "running")
            #expect((workload.json["container"] as? [String: Any])?["state"] as? String == "running")
            let container = try await node.admin.get("/api/v1/services/\(id)/container").expect(200)
            #expect(container["name"] == "edgewright-\(id)")
            let log = try await node.admin.get("/api/v1/services/\(id)/logs?tail=5").expect(200)
            #expect(log.text.contains(" stdout 1 simulated services are listening"))
            let host = try await node.admin.get("/api/v1/hosts/\(node.host)")
            #expect(host.json["services"] as? Int == 3)
            let refused = try await node.admin.delete("/api/v1/hosts/\(node.host)")
            #expect(refused.status == 409)
            let audit = try await node.admin.get("/api/v1/audit?operation=service.install")
            #expect(audit.items.count == 3)
        }
    }

    @Test func `a service that asks who calls it knows the platform's key before it starts`() async throws {
        try await withNode { node in
            let id = try await node.installed(["authentication": true])
            let service = try await node.admin.poll("/api/v1/services/\(id)") { $0["status"] == "online" }
            #expect((service.json["auth"] as? [String: Any])?["kind"] as? String == "jwt")
            let stranger = TestAPI(url: service["endpoint"], token: nil)
            #expect(try await stranger.get("/api/version").status == 401)
        }
    }

    @Test func `what ends at once fails with its exit code and its last words, and leaves nothing`() async throws {
        try await withNode { node in
            let batch = try await node.install(DockerWorld.crashing, ["settings": ["restart": "no"]])
            #expect(batch["state"] == "paused")
            let item = try #require(try await node.items(of: batch).first)
            let reason = item["reason"] as? String ?? ""
            #expect(reason.contains("it ended with exit code 64 instead of running; it said last:"), "\(reason)")
            #expect(reason.contains("65535 is the last"), "\(reason)")
            let id = item["serviceId"] as? String ?? ""
            #expect(try await node.containers(of: id).isEmpty)
            #expect(try await node.volumes(of: id).isEmpty)
            #expect(try await node.admin.get("/api/v1/services/\(id)").status == 404)
        }
    }

    @Test func `what crashes again and again is not waited for`() async throws {
        try await withNode { node in
            let batch = try await node.install(DockerWorld.crashing)
            let reason = try await node.reason(of: batch)
            #expect(reason.contains("instead of running; it said last:"), "\(reason)")
        }
    }

    @Test func `what never answers fails when its time is over, and leaves nothing`() async throws {
        try await withNode { node in
            let batch = try await node.install(DockerWorld.mute, policy: ["startLimit": 5, "retries": 0])
            let reason = try await node.reason(of: batch)
            #expect(reason.hasPrefix("it did not become healthy within 5 s: "), "\(reason)")
            let left = try await node.admin.get("\(node.services)?total=true")
            #expect(left.json["total"] as? Int == 0)
        }
    }

    @Test func `a port that a container has is told of by the container's name`() async throws {
        try await withNode { node in
            let port = try freePort()
            let holder = "holder-\(port)"
            try await node.engine.docker(
                "run", "--detach", "--name", holder, "--publish", "\(port):8085", DockerWorld.image)
            let ports: [[String: any Sendable]] = [["container": 8085, "host": port, "protocol": "tcp"]]
            let batch = try await node.install(DockerWorld.image, ["settings": ["ports": ports]])
            #expect(try await node.reason(of: batch) == "port \(port) of hall-1 is taken by container \(holder)")
            try await node.engine.docker("rm", "--force", holder)
            // When it is free again the same batch goes through.
            _ = try await node.admin.post("/api/v1/batches/\(batch["id"])/retry", [:]).expect(200)
            #expect(try await node.ended(batch["id"])["state"] == "succeeded")
        }
    }

    @Test func `a node that does not answer is waited for when that was asked for`() async throws {
        try await withNode { node in
            _ = try await node.admin.patch("/api/v1/hosts/\(node.host)", ["address": "unix:///tmp/no-such-socket"])
            let failed = try await node.install()
            let reason = try await node.reason(of: failed)
            #expect(reason.contains("“hall-1”"), "\(reason)")
            let project = node.project
            let batch = try await node.admin.post(
                "/api/v1/projects/\(project)/batches",
                [
                    "kind": "install", "targets": ["hosts": [node.host]],
                    "parameters": ["namePrefix": "late-", "image": node.images[DockerWorld.image] ?? ""],
                    "policy": ["whenOffline": "wait"],
                ]
            ).expect(202)["id"]
            _ = try await node.admin.poll("/api/v1/batches/\(batch)") {
                ($0.json["counts"] as? [String: Int])?["waiting"] == 1
            }
            _ = try await node.admin.patch("/api/v1/hosts/\(node.host)", ["address": node.engine.address])
            #expect(try await node.ended(batch)["state"] == "succeeded")
        }
    }

    @Test func `values of the environment are for those only who could have set them`() async throws {
        try await withNode { node in
            let id = try await node.installed(["settings": ["environment": ["DB_WORD": "s3cret-value"]]])
            let viewer = try await node.world.makeUser([
                "email": "v@example.com", "role": "user", "projectId": node.project,
            ])
            for path in [
                "/api/v1/services/\(id)/workload", "/api/v1/services/\(id)/container",
                "/api/v1/projects/\(node.project)/batches",
            ] {
                let answer = try await viewer.get(path).expect(200)
                #expect(!answer.text.contains("s3cret-value"), "\(path)")
                #expect(answer.text.contains("DB_WORD"), "\(path)")
            }
            let mine = try await node.admin.get("/api/v1/services/\(id)/workload")
            #expect(mine.text.contains("s3cret-value"))
        }
    }
}
