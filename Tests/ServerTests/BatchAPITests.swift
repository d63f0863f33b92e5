import Fleet
import Foundation
import TestSupport
import Testing

@testable import ControlPlane

@Suite struct BatchAPITests {
    /// A project with so many services that nobody probes.
    private func withServices(
        _ count: Int, on engine: TestEngine,
        _ body: @Sendable @escaping (ControlPlaneWorld, _ project: String) async throws -> Void
    ) async throws {
        try await withControlPlane(on: engine, interval: .seconds(3600)) { world in
            let (_, project) = try await world.makeProject()
            let rows = (0..<count).map {
                "custom,s\(String(format: "%05d", $0)),Direct,127.0.0.1:9/\($0),http,\($0 % 2 == 0 ? "even" : "odd")"
            }
            let csv = (["category,name,nodeType,endpoint,scheme,tagName"] + rows).joined(separator: "\n")
            #expect(try await world.admin.importCSV(csv, into: project).json["imported"] as? Int == count)
            try await body(world, project)
        }
    }

    private func start(
        _ request: [String: any Sendable], in project: String, _ api: TestAPI
    ) async throws -> String {
        let answer = try await api.post("/api/v1/projects/\(project)/batches", request).expect(202)
        #expect(answer.headers["location"] == "/api/v1/batches/\(answer["id"])")
        return "/api/v1/batches/\(answer["id"])"
    }

    /// Any hour but this one and the next.
    private var closedWindow: [String: any Sendable] {
        let hour = Calendar(identifier: .gregorian).dateComponents(in: .gmt, from: .now).hour ?? 0
        return [
            "days": [String](), "from": String(format: "%02d:00", (hour + 5) % 24),
            "to": String(format: "%02d:00", (hour + 6) % 24), "timeZone": "GMT",
        ]
    }

    private func counts(_ batch: TestAnswer) -> [String: Int] {
        (batch.json["counts"] as? [String: Int] ?? [:]).filter { $0.value > 0 }
    }

    @Test(arguments: TestEngine.allCases)
    func `a batch tags what its filter finds, each target with its own result`(engine: TestEngine) async throws {
        try await withServices(600, on: engine) { world, project in
            let batch = try await start(
                [
                    "kind": "tag", "targets": ["filter": ["tags": ["even"]]],
                    "parameters": ["add": ["line-7"], "remove": ["even"]], "policy": ["waves": ["5%", "50%"]],
                ], in: project, world.admin)
            let done = try await world.admin.poll(batch) { $0["state"] == "succeeded" }
            #expect(counts(done) == ["succeeded": 300])
            #expect(done.json["waves"] as? Int == 3)
            let waves = done.json["waveCounts"] as? [[String: Int]]
            #expect(waves?.map { $0["succeeded"] } == [15, 150, 135])
            let tagged = try await world.admin.get("/api/v1/projects/\(project)/services?tag=line-7&total=true&limit=1")
            #expect(tagged.json["total"] as? Int == 300)
            let left = try await world.admin.get("/api/v1/projects/\(project)/services?tag=even&total=true&limit=1")
            #expect(left.json["total"] as? Int == 0)
            let items = try await world.admin.get(batch + "/items?limit=200&total=true")
            #expect(items.items.count == 200 && items.json["total"] as? Int == 300)
            #expect(items.items.first?["name"] as? String == "s00000")
            let log = try await world.admin.get("/api/v1/audit?limit=5").text
            #expect(log.contains("batch.end") && log.contains("300 succeeded"))
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a batch deletes services, and one that is gone already is no failure`(engine: TestEngine) async throws {
        try await withServices(50, on: engine) { world, project in
            let list = try await world.admin.get("/api/v1/projects/\(project)/services?limit=50").items
            let ids = list.compactMap { $0["id"] as? String }
            let batch = try await start(["kind": "delete", "targets": ["ids": ids]], in: project, world.admin)
            // Somebody else takes some of them away meanwhile.
            for id in ids.suffix(5) { _ = try await world.admin.delete("/api/v1/services/\(id)") }
            let done = try await world.admin.poll(batch) { $0.json["finishedAt"] is String }
            #expect(done["state"] == "succeeded" && counts(done) == ["succeeded": 50], "\(done)")
            let left = try await world.admin.get("/api/v1/projects/\(project)/services?total=true")
            #expect(left.json["total"] as? Int == 0)
        }
    }

    @Test func `a closed window holds a batch back; it can be cancelled, and tried again`() async throws {
        try await withServices(4, on: .sqlite) { world, project in
            let batch = try await start(
                [
                    "kind": "tag", "targets": ["filter": [String: String]()], "parameters": ["add": ["x"]],
                    "policy": ["window": closedWindow],
                ], in: project, world.admin)
            let waiting = try await world.admin.poll(batch) { $0["reason"] == "the maintenance window is closed" }
            #expect(counts(waiting) == ["pending": 4])
            #expect(try await world.admin.post(batch + "/pause", [:])["state"] == "paused")
            #expect(try await world.admin.post(batch + "/pause", [:]).status == 409)
            #expect(try await world.admin.post(batch + "/resume", [:])["state"] == "running")
            let cancelled = try await world.admin.post(batch + "/cancel", [:]).expect(200)
            #expect(cancelled["state"] == "cancelled" && counts(cancelled) == ["cancelled": 4])
            #expect(try await world.admin.post(batch + "/retry", [:])["state"] == "running")
            _ = try await world.admin.poll(batch) { counts($0) == ["pending": 4] }
        }
    }

    @Test func `who has lost the right meanwhile changes nothing any more`() async throws {
        try await withServices(3, on: .sqlite) { world, project in
            let admin = try await world.makeUser([
                "email": "pa@example.com", "projectId": project, "role": "projectAdmin",
            ])
            let id = try await world.admin.get("/api/v1/users?q=pa@example").items.first?["id"] as? String ?? ""
            let batch = try await start(
                [
                    "kind": "delete", "targets": ["filter": [String: String]()], "policy": ["window": closedWindow],
                ], in: project, admin)
            _ = try await admin.post(batch + "/cancel", [:]).expect(200)
            let demoted = try await world.admin.send(
                "PUT", "/api/v1/projects/\(project)/members/\(id)", json: ["role": "user"])
            #expect(demoted.status == 200)
            #expect(try await admin.post(batch + "/retry", [:]).status == 403)
            // As the engine does it when the window opens.
            let service =
                try await world.admin.get("/api/v1/projects/\(project)/services").items.first?["id"] as? String
            let request = CreateBatchRequest(kind: .delete, targets: BatchTargets())
            let record = Batch(
                id: Identifier(rawValue: "b"), projectId: Identifier(rawValue: project), request: request,
                policy: BatchPolicy(), createdBy: "pa@example.com", createdAt: Timestamp(milliseconds: 0))
            let action = try #require(world.plane.batchEngine.actions[.delete])
            let outcome = await action.perform(
                BatchWork(
                    batch: record, userId: Identifier(rawValue: id), serviceId: Identifier(rawValue: service ?? ""),
                    name: "s"))
            guard case .failed = outcome else {
                Issue.record("\(outcome)")
                return
            }
            let left = try await world.admin.get("/api/v1/projects/\(project)/services?total=true")
            #expect(left.json["total"] as? Int == 3)
        }
    }

    @Test func `a service that its batch may not see any more is taken neither for deleted nor for gone`() async throws
    {
        try await withServices(1, on: .sqlite) { world, project in
            _ = try await world.makeUser(["email": "pa@example.com", "projectId": project, "role": "projectAdmin"])
            let id = try await world.admin.get("/api/v1/users?q=pa@example").items.first?["id"] as? String ?? ""
            #expect(try await world.admin.send("DELETE", "/api/v1/projects/\(project)/members/\(id)").status == 204)
            let services = "/api/v1/projects/\(project)/services"
            let service = try await world.admin.get(services).items.first?["id"] as? String ?? ""
            let record = Batch(
                id: Identifier(rawValue: "b"), projectId: Identifier(rawValue: project),
                request: CreateBatchRequest(kind: .delete, targets: BatchTargets()), policy: BatchPolicy(),
                createdBy: "pa@example.com", createdAt: Timestamp(milliseconds: 0))
            let work = BatchWork(
                batch: record, userId: Identifier(rawValue: id), serviceId: Identifier(rawValue: service), name: "s")
            for kind in [BatchKind.delete, .tag] {
                let action = try #require(world.plane.batchEngine.actions[kind])
                let reason = "Whoever has set this batch going has no role in its project any more."
                #expect(await action.perform(work) == .failed(reason: reason), "\(kind)")
            }
        }
    }

    @Test func `what a batch can't be is refused by name, and a plan keeps nothing`() async throws {
        try await withServices(10, on: .sqlite) { world, project in
            let path = "/api/v1/projects/\(project)/batches"
            let all: [String: any Sendable] = ["filter": [String: String]()]
            for (request, field) in [
                (["kind": "tag", "targets": all], "parameters.add"),
                (["kind": "delete", "targets": ["ids": [String]()]], "targets"),
                (["kind": "delete", "targets": [String: String]()], "targets"),
                (["kind": "delete", "targets": all, "policy": ["concurrency": 0]], "policy.concurrency"),
                (["kind": "delete", "targets": all, "policy": ["onFailure": "rollback"]], "policy.onFailure"),
                (["kind": "unheard-of", "targets": all], "kind"),
                (["kind": "delete", "targets": ["ids": ["a"], "except": ["b"]]], "targets.except"),
            ] as [([String: any Sendable], String)] {
                let refused = try await world.admin.post(path, request)
                #expect((400...422).contains(refused.status) && refused.badFields.contains(field), "\(refused)")
            }
            let plan = try await world.admin.post(
                path + "?dryRun=true", ["kind": "delete", "targets": all, "policy": ["waves": ["30%"]]]
            ).expect(200)
            #expect(plan.json["total"] as? Int == 10)
            #expect(plan.json["hosted"] as? Int == 0 && plan.json["managed"] as? Int == 10)
            #expect((plan.json["waves"] as? [[String: Any]])?.map { $0["targets"] as? Int } == [3, 7])
            #expect(try await world.admin.get(path).items.isEmpty)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `all that a filter finds but a few`(engine: TestEngine) async throws {
        try await withServices(20, on: engine) { world, project in
            let services = "/api/v1/projects/\(project)/services"
            let even = try await world.admin.get(services + "?tag=even").items.compactMap { $0["id"] as? String }
            let targets: [String: any Sendable] = [
                "filter": ["tags": ["even"]], "except": Array(even.prefix(3)) + ["00000000000000000000000000"],
            ]
            let batch = try await start(["kind": "delete", "targets": targets], in: project, world.admin)
            let done = try await world.admin.poll(batch) { $0["state"] == "succeeded" }
            #expect(counts(done) == ["succeeded": 7])
            let left = try await world.admin.get(services + "?tag=even").items.compactMap { $0["id"] as? String }
            #expect(Set(left) == Set(even.prefix(3)))
            let none = try await world.admin.post(
                "/api/v1/projects/\(project)/batches",
                [
                    "kind": "delete",
                    "targets": ["filter": ["tags": ["even"]], "except": left] as [String: any Sendable],
                ])
            #expect(none.badFields == ["targets"])
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a batch that waits tells of each wave, and so does the answer to what is done to it`(
        engine: TestEngine
    ) async throws {
        try await withServices(10, on: engine) { world, project in
            let batch = try await start(
                [
                    "kind": "tag", "targets": ["filter": [String: String]()], "parameters": ["add": ["x"]],
                    "policy": ["waves": [2, 3], "window": closedWindow] as [String: any Sendable],
                ], in: project, world.admin)
            let waiting = try await world.admin.get(batch).expect(200)
            let cancelled = try await world.admin.post(batch + "/cancel", [:]).expect(200)
            for (answer, state) in [(waiting, "pending"), (cancelled, "cancelled")] {
                let waves = try #require(answer.json["waveCounts"] as? [[String: Int]])
                #expect(waves.map { $0[state] } == [2, 3, 5])
            }
            let listed = try await world.admin.get("/api/v1/projects/\(project)/batches").items.first
            #expect(listed?["counts"] != nil && listed?["waveCounts"] == nil)
        }
    }

    @Test func `its progress is pushed until it is over`() async throws {
        try await withServices(20, on: .sqlite) { world, project in
            let batch = try await start(
                ["kind": "tag", "targets": ["filter": [String: String]()], "parameters": ["add": ["x"]]], in: project,
                world.admin)
            let stream = try await world.admin.get(batch + "/events").expect(200)
            let last = stream.text.components(separatedBy: "event: batch").last ?? ""
            #expect(last.contains("\"state\":\"succeeded\"") && last.contains("\"succeeded\":20"))
        }
    }
}
