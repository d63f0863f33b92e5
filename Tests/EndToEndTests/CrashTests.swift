import Foundation
import TestSupport
import Testing

@Suite struct CrashTests {
    @Test func `killed in the middle of an import it keeps whole steps, and the rest can be sent again`() async throws {
        try await withTemporaryFolder { folder in
            let first = try Platform(in: folder)
            let admin = try await first.signIn()
            let org = try await admin.post("/api/v1/orgs", ["name": "o"]).expect(201)["id"]
            let project = try await admin.post("/api/v1/orgs/\(org)/projects", ["name": "p"]).expect(201)["id"]
            let rows = (0..<20_000).map { "neuronex,s\($0),Direct,10.3.\($0 / 250).\($0 % 250):7000,http,t" }
            let csv = "category,name,nodeType,endpoint,scheme,tagName\n" + rows.joined(separator: "\n")
            let list = "/api/v1/projects/\(project)/services?total=true&limit=1"
            async let interrupted = admin.importCSV(csv, into: project)
            _ = try await admin.poll(list) { $0.json["total"] as? Int ?? 0 > 0 }
            first.program.kill()
            _ = try? await interrupted

            let second = try Platform(in: folder)
            let again = try await second.signIn()
            let kept = try await again.get(list).json["total"] as? Int ?? 0
            #expect(kept > 0 && kept <= 20_000)
            let result = try await again.importCSV(csv, into: project).expect(200)
            #expect(result.json["imported"] as? Int == 20_000 - kept)
            #expect(try await again.get(list).json["total"] as? Int == 20_000)
            #expect(second.program.stop() == 0)
            let verified = try ChildProcess.run(Program.url, ["audit", "verify", "--data-dir", folder.path])
            #expect(verified.status == 0, "\(verified.output)")
        }
    }
}
