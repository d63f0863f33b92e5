import Foundation
import TestSupport
import Testing

@Suite struct CrashTests {
    private static let password = "correct horse battery"

    private func serve(_ folder: URL, port: Int) throws -> RunningProgram {
        try RunningProgram(
            ["serve", "--listen", "127.0.0.1:\(port)", "--data-dir", folder.path, "--monitor-interval", "3600"],
            environment: ["EDGEWRIGHT_ADMIN_PASSWORD": Self.password])
    }

    private func signIn(_ url: String) async throws -> TestAPI {
        let anonymous = TestAPI(url: url, token: nil)
        let end = ContinuousClock.now + .seconds(20)
        while (try? await anonymous.get("/readyz").status) != 200 {
            guard ContinuousClock.now < end else { throw WorldError("serve did not become ready") }
            try await Task.sleep(for: .milliseconds(100))
        }
        let session = try await anonymous.post(
            "/api/v1/session", ["email": "admin@edgewright.local", "password": Self.password]
        ).expect(200)
        let token = try await anonymous.send(
            "POST", "/api/v1/tokens", json: ["name": "t"],
            headers: [("Cookie", session.cookie), ("X-CSRF-Token", session["csrfToken"])]
        ).expect(201)["token"]
        return TestAPI(url: url, token: token)
    }

    @Test func `killed in the middle of an import it keeps whole steps, and the rest can be sent again`() async throws {
        try await withTemporaryFolder { folder in
            let port = try freePort()
            let url = "http://127.0.0.1:\(port)"
            let first = try serve(folder, port: port)
            let admin = try await signIn(url)
            let org = try await admin.post("/api/v1/orgs", ["name": "o"]).expect(201)["id"]
            let project = try await admin.post("/api/v1/orgs/\(org)/projects", ["name": "p"]).expect(201)["id"]
            let rows = (0..<20_000).map { "neuronex,s\($0),Direct,10.3.\($0 / 250).\($0 % 250):7000,http,t" }
            let csv = "category,name,nodeType,endpoint,scheme,tagName\n" + rows.joined(separator: "\n")
            let list = "/api/v1/projects/\(project)/services?total=true&limit=1"
            async let interrupted = admin.importCSV(csv, into: project)
            _ = try await admin.poll(list) { $0.json["total"] as? Int ?? 0 > 0 }
            first.kill()
            _ = try? await interrupted

            let second = try serve(folder, port: port)
            let again = try await signIn(url)
            let kept = try await again.get(list).json["total"] as? Int ?? 0
            #expect(kept > 0 && kept <= 20_000)
            let result = try await again.importCSV(csv, into: project).expect(200)
            #expect(result.json["imported"] as? Int == 20_000 - kept)
            #expect(try await again.get(list).json["total"] as? Int == 20_000)
            #expect(second.stop() == 0)
            let verified = Process()
            verified.executableURL = Program.url
            verified.arguments = ["audit", "verify", "--data-dir", folder.path]
            verified.standardOutput = FileHandle.nullDevice
            try verified.run()
            verified.waitUntilExit()
            #expect(verified.terminationStatus == 0)
        }
    }
}
