import Foundation
import TestSupport
import Testing

/// A program that dies and comes back over the same data.
struct Mortal: Sendable {
    let folder: URL
    let arguments: [String]
    let token: String

    func start() async throws -> (Platform, TestAPI) {
        let platform = try Platform(in: folder, arguments: arguments)
        try await platform.waitUntilReady()
        return (platform, TestAPI(url: platform.url, token: token))
    }

    /// Kills it so often at moments nobody has chosen, then lets it end the batch.
    /// - Parameter moments: in milliseconds after it was ready.
    func carryOut(
        kills: Int, within moments: ClosedRange<Int> = 50...2500, _ batch: String
    ) async throws -> TestAnswer {
        for _ in 0..<kills {
            let (platform, _) = try await start()
            // Not a wait for something: the moment of death.
            try await Task.sleep(for: .milliseconds(Int.random(in: moments)))
            platform.program.kill()
        }
        let (platform, admin) = try await start()
        let end = try await admin.poll("/api/v1/batches/\(batch)") {
            !["pending", "running"].contains($0["state"])
        }
        #expect(platform.program.stop() == 0, "\(platform.lastOutput)")
        return end
    }

    func ask<Value: Sendable>(_ body: (TestAPI) async throws -> Value) async throws -> Value {
        let (platform, admin) = try await start()
        let value = try await body(admin)
        #expect(platform.program.stop() == 0, "\(platform.lastOutput)")
        return value
    }
}
