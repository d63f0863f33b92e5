import Fleet
import Foundation
import Store
import TestSupport
import Testing

/// The whole program, killed again and again while it works on a real Docker engine.
@Suite struct HostedCrashTests {
    private static let count = 6
    private static let kills = 6

    /// All that the platform of these services has on the engine, whether it knows of it or not.
    private func containers(_ engine: DockerWorld, _ ids: [String]) async throws -> [String] {
        let first = try #require(ids.first)
        let platform = try await engine.docker(
            "inspect", "--format", "{{index .Config.Labels \"io.edgewright.platform\"}}", "edgewright-\(first)")
        let all = try await engine.docker(
            "ps", "--all", "--filter", "label=io.edgewright.platform=\(platform)",
            "--format", "{{.Names}} {{.State}} {{.Label \"io.edgewright.image\"}}")
        return all.split(separator: "\n").map(String.init).sorted()
    }

    @Test(arguments: TestEngine.allCases)
    func `killed while it installs and upgrades, it makes no container twice and forgets none`(
        store: TestEngine
    ) async throws {
        let engine = try await DockerWorld.shared()
        try await withTemporaryFolder { folder in
            try await withDatabaseArguments(on: store) { arguments in
                let first = try Platform(in: folder, arguments: arguments)
                let admin = try await first.signIn()
                let token = try #require(admin.token)
                let project = try await admin.createProject()
                let host = try await admin.post(
                    "/api/v1/projects/\(project)/hosts", ["name": "hall", "address": engine.address]
                ).expect(201)["id"]
                let old = try await admin.post(
                    "/api/v1/images", ["category": "neuronex", "reference": DockerWorld.image]
                ).expect(201)["id"]
                let new = try await admin.post(
                    "/api/v1/images", ["category": "neuronex", "reference": DockerWorld.newerImage]
                ).expect(201)["id"]
                let batches = "/api/v1/projects/\(project)/batches"
                let install = try await admin.post(
                    batches,
                    [
                        "kind": "install", "targets": ["hosts": [host], "count": Self.count] as [String: any Sendable],
                        "parameters": ["namePrefix": "press-", "image": old], "policy": ["concurrency": 3],
                    ]
                ).expect(202)["id"]
                first.program.kill()
                let mortal = Mortal(folder: folder, arguments: arguments, token: token)
                let installed = try await mortal.carryOut(kills: Self.kills, install)
                #expect(installed["state"] == "succeeded")
                let ids = try await mortal.ask { admin in
                    try await admin.get("/api/v1/projects/\(project)/services").items.compactMap { $0["id"] as? String }
                }
                #expect(ids.count == Self.count)
                let afterInstall = try await containers(engine, ids)
                #expect(afterInstall == ids.map { "edgewright-\($0) running \(DockerWorld.image)" }.sorted())

                let upgrade = try await mortal.ask { admin in
                    try await admin.post(
                        batches,
                        [
                            "kind": "upgrade", "targets": ["ids": ids], "parameters": ["image": new],
                            "policy": ["concurrency": 3, "onFailure": "continue"] as [String: any Sendable],
                        ]
                    ).expect(202)["id"]
                }
                #expect(try await mortal.carryOut(kills: Self.kills, upgrade)["state"] == "succeeded")
                let afterUpgrade = try await containers(engine, ids)
                #expect(afterUpgrade == ids.map { "edgewright-\($0) running \(DockerWorld.newerImage)" }.sorted())
                for id in ids {
                    try await engine.docker("rm", "--force", "edgewright-\(id)")
                    try await engine.docker("volume", "rm", "edgewright-\(id)-data")
                }
            }
        }
    }
}
