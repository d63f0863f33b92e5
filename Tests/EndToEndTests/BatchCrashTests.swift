import Foundation
import Store
import TestSupport
import Testing

/// Batches of thousands whose process is killed, or sleeps so long that another one follows it.
@Suite struct BatchCrashTests {
    private static let count = 3000

    private struct Plant: Sendable {
        let project: String
        let token: String

        var batches: String { "/api/v1/projects/\(project)/batches" }

        func begin(_ kind: String, _ parameters: [String: any Sendable] = [:], by admin: TestAPI) async throws -> String
        {
            try await admin.post(
                batches,
                [
                    "kind": kind, "targets": ["filter": [:] as [String: String]], "parameters": parameters,
                    "policy": ["concurrency": 100, "onFailure": "continue"] as [String: any Sendable],
                ]
            ).expect(202)["id"]
        }

        /// How many there are of what a list has.
        func total(_ path: String, _ admin: TestAPI) async throws -> Int {
            let separator = path.contains("?") ? "&" : "?"
            return try await admin.get("\(path)\(separator)total=true&limit=1").expect(200).json["total"] as? Int ?? -1
        }

        func requireEachOnce(_ operation: String, _ admin: TestAPI) async throws {
            let entries = try await total("/api/v1/audit?operation=\(operation)&project=\(project)", admin)
            #expect(entries == BatchCrashTests.count, "\(operation)")
        }
    }

    private func plant(_ platform: Platform) async throws -> Plant {
        let admin = try await platform.signIn()
        let project = try await admin.createProject()
        let rows = (0..<Self.count).map { "neuronex,s\($0),Direct,10.3.\($0 / 250).\($0 % 250):7000,http," }
        let csv = "category,name,nodeType,endpoint,scheme,tagName\n" + rows.joined(separator: "\n")
        _ = try await admin.importCSV(csv, into: project).expect(200)
        return Plant(project: project, token: try #require(admin.token))
    }

    private func succeeded(_ batch: TestAnswer) -> Int? {
        (batch.json["counts"] as? [String: Any])?["succeeded"] as? Int
    }

    @Test(arguments: TestEngine.allCases)
    func `killed again and again, tags and deletes reach each service once`(store: TestEngine) async throws {
        try await withTemporaryFolder { folder in
            try await withDatabaseArguments(on: store) { database in
                let arguments = ["--monitor-interval", "3600"] + database
                let first = try Platform(in: folder, arguments: arguments)
                let plant = try await plant(first)
                let admin = TestAPI(url: first.url, token: plant.token)
                let tags = try await plant.begin("tag", ["add": ["crash"]], by: admin)
                first.program.kill()
                let mortal = Mortal(folder: folder, arguments: arguments, token: plant.token)
                let tagged = try await mortal.carryOut(kills: 6, within: 5...300, tags)
                #expect(tagged["state"] == "succeeded")
                #expect(succeeded(tagged) == Self.count)
                let deletes = try await mortal.ask { admin in
                    #expect(
                        try await plant.total("/api/v1/projects/\(plant.project)/services?tag=crash", admin)
                            == Self.count
                    )
                    try await plant.requireEachOnce("service.tag", admin)
                    return try await plant.begin("delete", by: admin)
                }
                let deleted = try await mortal.carryOut(kills: 6, within: 5...300, deletes)
                #expect(deleted["state"] == "succeeded")
                #expect(succeeded(deleted) == Self.count)
                try await mortal.ask { admin in
                    #expect(try await plant.total("/api/v1/projects/\(plant.project)/services", admin) == 0)
                    try await plant.requireEachOnce("service.delete", admin)
                }
            }
        }
    }

    @Test func `a process that slept is followed by another one, and writes nothing when it wakes`() async throws {
        try await withTemporaryFolder { folder in
            try await withDatabaseArguments(on: .postgres) { database in
                let arguments = ["--monitor-interval", "3600"] + database
                let sleeper = try Platform(in: folder, arguments: arguments)
                let plant = try await plant(sleeper)
                let other = try Platform(in: folder, arguments: arguments)
                try await other.waitUntilReady()
                let there = TestAPI(url: other.url, token: plant.token)
                let batch = try await plant.begin(
                    "tag", ["add": ["slept"]], by: TestAPI(url: sleeper.url, token: plant.token))
                let place = "/api/v1/batches/\(batch)"
                _ = try await there.poll(place) { succeeded($0) ?? 0 > 0 }
                sleeper.program.signal(SIGSTOP)
                let before = try await there.get(place)
                let end = try await there.poll(place) { !["pending", "running"].contains($0["state"]) }
                sleeper.program.signal(SIGCONT)
                #expect(before["state"] == "running", "it was too quick to be stopped in the middle")
                #expect(end["state"] == "succeeded")
                #expect(succeeded(end) == Self.count)
                // It answers, so it has woken, and has had its say.
                let here = TestAPI(url: sleeper.url, token: plant.token)
                _ = try await here.get("/readyz").expect(200)
                #expect(
                    try await here.get(place).json["counts"] as? [String: Int] == end.json["counts"] as? [String: Int])
                try await plant.requireEachOnce("service.tag", here)
                #expect(sleeper.program.stop() == 0, "\(sleeper.lastOutput)")
                #expect(other.program.stop() == 0, "\(other.lastOutput)")
            }
        }
    }
}
