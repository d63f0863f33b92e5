import Fleet
import Foundation
import TestSupport
import Testing

/// What becomes of services that are installed, through the public API and against a real Docker engine.
@Suite struct HostedServiceTests {
    @Test(arguments: TestEngine.allCases)
    func `an upgrade keeps data and port, and removes the old container`(store: TestEngine) async throws {
        try await withNode(on: store) { node in
            let id = try await node.installed()
            let before = try await node.admin.get("/api/v1/services/\(id)")
            let volume = try await node.volumes(of: id)
            let batch = try await node.change("upgrade", [id], ["image": node.images[DockerWorld.newerImage] ?? ""])
            try await node.requireSuccess(of: batch)
            let after = try await node.admin.poll("/api/v1/services/\(id)") { $0["version"] == "3.7.0" }
            #expect(after["endpoint"] == before["endpoint"])
            #expect(after["image"] == DockerWorld.newerImage)
            #expect(try await node.volumes(of: id) == volume)
            #expect(try await node.containers(of: id) == ["edgewright-\(id) running"])
            let back = try await node.admin.post(
                "/api/v1/projects/\(node.project)/batches?dryRun=true",
                [
                    "kind": "upgrade", "targets": ["ids": [id]],
                    "parameters": ["image": node.images[DockerWorld.image] ?? ""],
                ]
            ).expect(200)
            #expect((back.json["warnings"] as? [String])?.first?.hasPrefix("1 go back to an older version") ?? false)
        }
    }

    @Test func `an upgrade that does not become healthy brings the old container back`() async throws {
        try await withNode { node in
            let id = try await node.installed()
            let old = try await node.engine.docker("inspect", "--format", "{{.Id}}", "edgewright-\(id)")
            let batch = try await node.change(
                "upgrade", [id], ["image": node.images[DockerWorld.mute] ?? ""], policy: ["startLimit": 5])
            #expect(batch["state"] == "paused")
            let reason = try await node.reason(of: batch)
            #expect(reason.hasPrefix("it did not become healthy within 5 s"), "\(reason)")
            #expect(reason.hasSuffix("it is on \(DockerWorld.image) again"), "\(reason)")
            #expect(try await node.engine.docker("inspect", "--format", "{{.Id}}", "edgewright-\(id)") == old)
            #expect(try await node.containers(of: id) == ["edgewright-\(id) running"])
            let service = try await node.admin.poll("/api/v1/services/\(id)") { $0["status"] == "online" }
            #expect(service["image"] == DockerWorld.image)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a batch of upgrades is rolled back, by a person or by its failures`(store: TestEngine) async throws {
        try await withNode(on: store) { node in
            let ids = [try await node.installed(), try await node.installed()]
            let newer: [String: any Sendable] = ["image": node.images[DockerWorld.newerImage] ?? ""]
            let upgrade = try await node.change("upgrade", ids, newer)
            try await node.requireSuccess(of: upgrade)
            _ = try await node.admin.post("/api/v1/batches/\(upgrade["id"])/rollback", [:]).expect(200)
            #expect(try await node.ended(upgrade["id"])["state"] == "rolledBack")
            for id in ids {
                let service = try await node.admin.poll("/api/v1/services/\(id)") { $0["version"] == "3.6.0" }
                #expect(service["image"] == DockerWorld.image)
                #expect(try await node.containers(of: id) == ["edgewright-\(id) running"])
            }
            let twice = try await node.admin.post("/api/v1/batches/\(upgrade["id"])/rollback", [:])
            #expect(twice.status == 409)
            // The second one's container is gone, so that its upgrade can't be; the first one's is taken back.
            try await node.engine.docker("rm", "--force", "edgewright-\(ids[1])")
            let holder = try await node.occupyPort(of: ids[1])
            let failing = try await node.change(
                "upgrade", ids, newer,
                policy: ["concurrency": 1, "onFailure": "rollback", "retries": 0, "startLimit": 60])
            #expect(failing["state"] == "rolledBack")
            let states = try await node.items(of: failing).compactMap { $0["state"] as? String }
            #expect(states.sorted() == ["failed", "rolledBack"] || states.sorted() == ["cancelled", "failed"])
            try await node.engine.docker("rm", "--force", holder)
            let service = try await node.admin.get("/api/v1/services/\(ids[0])")
            #expect(service["image"] == DockerWorld.image)
        }
    }

    @Test func `what was repaired since its upgrade goes back all the same`() async throws {
        try await withNode { node in
            let id = try await node.installed()
            let newer: [String: any Sendable] = ["image": node.images[DockerWorld.newerImage] ?? ""]
            let upgrade = try await node.change("upgrade", [id], newer)
            try await node.requireSuccess(of: upgrade)
            try await node.engine.docker("rm", "--force", "edgewright-\(id)")
            try await node.requireSuccess(of: try await node.change("repair", [id]))
            _ = try await node.admin.post("/api/v1/batches/\(upgrade["id"])/rollback", [:]).expect(200)
            #expect(try await node.ended(upgrade["id"])["state"] == "rolledBack")
            let service = try await node.admin.poll("/api/v1/services/\(id)") { $0["version"] == "3.6.0" }
            #expect(service["image"] == DockerWorld.image)
            #expect(try await node.containers(of: id) == ["edgewright-\(id) running"])
        }
    }

    @Test func `a plan to delete tells how many have containers and how many have not`() async throws {
        try await withNode { node in
            let id = try await node.installed()
            _ = try await node.admin.post(node.services, ["name": "own", "endpoint": "http://127.0.0.1:9"]).expect(201)
            let path = "/api/v1/projects/\(node.project)/batches?dryRun=true"
            func plan(_ targets: [String: any Sendable]) async throws -> TestAnswer {
                try await node.admin.post(path, ["kind": "delete", "targets": targets]).expect(200)
            }
            let both = try await plan(["filter": [String: String]()])
            #expect(both.json["hosted"] as? Int == 1 && both.json["managed"] as? Int == 1)
            let one = try await plan(["filter": [String: String](), "except": [id]])
            #expect(one.json["hosted"] as? Int == 0 && one.json["managed"] as? Int == 1)
        }
    }

    @Test func `installs are taken back with all that they have made`() async throws {
        try await withNode { node in
            let batch = try await node.install(DockerWorld.image, count: 2)
            try await node.requireSuccess(of: batch)
            let ids = try await node.items(of: batch).compactMap { $0["serviceId"] as? String }
            _ = try await node.admin.post("/api/v1/batches/\(batch["id"])/rollback", [:]).expect(200)
            #expect(try await node.ended(batch["id"])["state"] == "rolledBack")
            for id in ids {
                #expect(try await node.containers(of: id).isEmpty)
                #expect(try await node.volumes(of: id).isEmpty)
            }
            let left = try await node.admin.get("\(node.services)?total=true")
            #expect(left.json["total"] as? Int == 0)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `of a node no more are under way at once than it may have`(store: TestEngine) async throws {
        try await withNode(on: store) { node in
            let batch = try await node.admin.post(
                "/api/v1/projects/\(node.project)/batches",
                [
                    "kind": "install", "targets": ["hosts": [node.host], "count": 4] as [String: any Sendable],
                    "parameters": ["namePrefix": "few-", "image": node.images[DockerWorld.image] ?? ""],
                    "policy": ["concurrency": 10, "concurrencyPerHost": 1],
                ]
            ).expect(202)["id"]
            var most = 0
            let end = try await node.admin.poll("/api/v1/batches/\(batch)") { answer in
                most = max(most, (answer.json["counts"] as? [String: Int])?["running"] ?? 0)
                return answer["state"] != "pending" && answer["state"] != "running"
            }
            #expect(end["state"] == "succeeded")
            #expect(most == 1)
        }
    }

    @Test func `services are stopped, started and restarted, and stay as they were asked to`() async throws {
        try await withNode { node in
            let id = try await node.installed()
            #expect(try await node.change("stop", [id])["state"] == "succeeded")
            #expect(try await node.containers(of: id) == ["edgewright-\(id) exited"])
            let stopped = try await node.admin.get("/api/v1/services/\(id)/workload")
            #expect(stopped["desired"] == "stopped")
            #expect(try await node.change("start", [id])["state"] == "succeeded")
            let first = try await node.engine.docker("inspect", "--format", "{{.State.StartedAt}}", "edgewright-\(id)")
            #expect(try await node.change("restart", [id])["state"] == "succeeded")
            let second = try await node.engine.docker("inspect", "--format", "{{.State.StartedAt}}", "edgewright-\(id)")
            #expect(first != second)
            let service = try await node.admin.poll("/api/v1/services/\(id)") { $0["status"] == "online" }
            #expect(service.json["drift"] is NSNull)
        }
    }

    @Test(arguments: [["stop"], ["rm", "--force"], ["update", "--memory", "64m", "--memory-swap", "64m"]])
    func `what is changed behind the platform's back is shown, and brought back`(command: [String]) async throws {
        try await withNode { node in
            let id = try await node.installed()
            _ = try await node.admin.poll("/api/v1/services/\(id)") { $0["status"] == "online" }
            let arguments = command + ["edgewright-\(id)"]
            _ = try await node.engine.run(arguments)
            let drifted = try await node.admin.poll("\(node.services)?drifted=true") { $0.items.count == 1 }
            #expect((drifted.items[0]["drift"] as? String ?? "").hasPrefix("its "))
            let batch = try await node.change("repair", [id])
            try await node.requireSuccess(of: batch)
            let service = try await node.admin.poll("/api/v1/services/\(id)") { $0["status"] == "online" }
            #expect(service.json["drift"] is NSNull)
            #expect(try await node.containers(of: id) == ["edgewright-\(id) running"])
            let left = try await node.admin.get("\(node.services)?drifted=true")
            #expect(left.items.isEmpty)
        }
    }

    @Test func `deleting removes the container, and the data only if that was asked for`() async throws {
        try await withNode { node in
            let first = try await node.installed()
            let second = try await node.installed()
            let answer = try await node.admin.delete("/api/v1/services/\(first)").expect(202)
            #expect(try await node.ended(answer["id"])["state"] == "succeeded")
            #expect(try await node.admin.get("/api/v1/services/\(first)").status == 404)
            #expect(try await node.containers(of: first).isEmpty)
            #expect(try await !node.volumes(of: first).isEmpty)
            let batch = try await node.change("delete", [second], ["deleteVolumes": true], policy: [:])
            #expect(batch["state"] == "succeeded")
            #expect(try await node.volumes(of: second).isEmpty)
        }
    }

    @Test func `a service of a node that is gone is deleted by force, and its container when the node is back`()
        async throws
    {
        try await withNode { node in
            let id = try await node.installed()
            _ = try await node.admin.patch("/api/v1/hosts/\(node.host)", ["address": "unix:///tmp/no-such-socket"])
            let refused = try await node.change("delete", [id], policy: [:])
            #expect(refused["state"] == "paused")
            _ = try await node.admin.post("/api/v1/batches/\(refused["id"])/cancel", [:]).expect(200)
            #expect(try await node.reason(of: refused).contains("hall-1 can't be reached"))
            let forced = try await node.change("delete", [id], ["force": true], policy: [:])
            #expect(forced["state"] == "succeeded")
            #expect(try await node.containers(of: id).count == 1)
            _ = try await node.admin.patch("/api/v1/hosts/\(node.host)", ["address": node.engine.address])
            let end = ContinuousClock.now + .seconds(30)
            while try await !node.containers(of: id).isEmpty, ContinuousClock.now < end {
                _ = try await node.admin.get("/api/v1/hosts/\(node.host)")
            }
            #expect(try await node.containers(of: id).isEmpty)
        }
    }

    @Test func `an endpoint that follows from a node can't be edited, and moves with the node`() async throws {
        try await withNode { node in
            let id = try await node.installed()
            let refused = try await node.admin.patch("/api/v1/services/\(id)", ["endpoint": "http://10.0.0.1:1"])
            #expect(refused.badFields == ["endpoint"])
            _ = try await node.admin.patch("/api/v1/hosts/\(node.host)", ["serviceAddress": "localhost"])
            let service = try await node.admin.get("/api/v1/services/\(id)")
            #expect(service["endpoint"].hasPrefix("http://localhost:"))
        }
    }
}
