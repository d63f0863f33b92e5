import Foundation
import TestSupport
import Testing

/// A node whose disk is full.
@Suite struct FullDiskTests {
    @Test func `a full disk is told of, leaves nothing behind, and what failed is tried again when there is room`()
        async throws
    {
        try await withSmallDocker(size: "900m") { engine in
            try await withNode(engine: engine) { node in
                let kept = try await node.installed()
                let filling = URL(filePath: engine.disk).appending(path: "filling")
                try fill(filling)

                let batch = try await node.install(policy: ["startLimit": 60, "retries": 0])
                #expect(batch["state"] == "paused")
                let reason = try await node.reason(of: batch)
                #expect(reason.contains("no space is left on the node"), "\(reason)")
                #expect(try await node.admin.get(node.services).items.count == 1)
                let upgrade = try await node.change(
                    "upgrade", [kept], ["image": node.images[DockerWorld.newerImage] ?? ""],
                    policy: ["startLimit": 60, "retries": 0])
                #expect(upgrade["state"] == "paused")
                #expect(try await node.containers(of: kept) == ["edgewright-\(kept) running"])

                try FileManager.default.removeItem(at: filling)
                for stopped in [batch, upgrade] {
                    _ = try await node.admin.post("/api/v1/batches/\(stopped["id"])/retry", [:]).expect(200)
                    try await node.requireSuccess(of: try await node.ended(stopped["id"]))
                }
                #expect(try await node.admin.get(node.services).items.count == 2)
            }
        }
    }

    /// Writes a file until there is no room for another byte.
    private func fill(_ file: URL) throws {
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        for size in [1 << 20, 1 << 12, 1] {
            let part = Data(count: size)
            while (try? handle.write(contentsOf: part)) != nil {}
        }
    }
}
