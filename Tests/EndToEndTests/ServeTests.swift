import Foundation
import TestSupport
import Testing

@Suite struct ServeTests {
    @Test func `a first start makes an administrator and tells the password once, a second one goes on`() async throws {
        try await withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            let first = try Platform(in: data, environment: [:], output: folder.appending(path: "first.log"))
            try await first.waitUntilReady()
            let told = try String(contentsOf: folder.appending(path: "first.log"), encoding: .utf8)
            let password = try #require(told.firstMatch(of: /password:?\s+(\S+)/)?.1)
            let project = try await first.signIn(password: String(password)).createProject()
            #expect(first.program.stop() == 0)

            let second = try Platform(in: data, environment: [:], output: folder.appending(path: "second.log"))
            let again = try await second.signIn(password: String(password))
            #expect(try await again.get("/api/v1/projects/\(project)").status == 200)
            #expect(second.program.stop() == 0)
            let toldAgain = try String(contentsOf: folder.appending(path: "second.log"), encoding: .utf8)
            #expect(!toldAgain.contains(password))
            let key = data.appending(path: "sealing.key").path
            let mode = try FileManager.default.attributesOfItem(atPath: key)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func `the audit log of a store that is not there is not sound`() async throws {
        try await withTemporaryFolder { folder in
            let nowhere = folder.appending(path: "slip")
            let verified = try ChildProcess.run(Program.url, ["audit", "verify", "--data-dir", nowhere.path])
            #expect(verified.status != 0, "\(verified.output)")
            #expect(!FileManager.default.fileExists(atPath: nowhere.path))
        }
    }

    @Test func `a second one over the same file ends, and the first goes on`() async throws {
        try await withTemporaryFolder { folder in
            let log = folder.appending(path: "second.log")
            let first = try Platform(in: folder)
            let admin = try await first.signIn()
            let second = try Platform(in: folder, output: log)
            #expect(await second.program.waitForEnd() != 0)
            let told = try String(contentsOf: log, encoding: .utf8)
            #expect(told.contains("Another process serves the database"), "\(told)")
            _ = try await admin.createProject()
            #expect(first.program.stop() == 0)
        }
    }

    @Test func `told to stop it ends within ten seconds, though somebody still watches`() async throws {
        try await withTemporaryFolder { folder in
            let platform = try Platform(in: folder)
            let admin = try await platform.signIn()
            let project = try await admin.createProject()
            // Ends only with the platform.
            async let watching = admin.get("/api/v1/projects/\(project)/events")
            _ = try await admin.poll("/metrics") { $0.text.contains("route=\"/orgs/{org}/projects\"") }
            let start = ContinuousClock.now
            #expect(platform.program.stop() == 0)
            #expect(ContinuousClock.now - start < .seconds(10))
            _ = try? await watching
        }
    }

    @Test func `beside TLS it listens for this machine without, and each knows which of the two it is`() async throws {
        try await withTemporaryFolder { folder in
            let (certificate, key) = try TestCertificates.shared.place(in: folder)
            let port = try freePort()
            let platform = try Platform(
                in: folder,
                arguments: [
                    "--tls-cert", certificate, "--tls-key", key, "--local-listen", "127.0.0.2:\(port)",
                ])
            let local = TestAPI(url: "http://127.0.0.2:\(port)", token: nil)
            try await platform.waitUntilReady(by: local)
            let signIn = ["email": Platform.email, "password": Platform.password]
            let cookie = try await local.post("/api/v1/session", signIn).expect(200).cookie
            #expect(cookie.hasPrefix("edgewright_session="))
            let secure = try secureCookie(platform.url.replacing("http://", with: "https://"), signIn)
            #expect(
                secure.contains("set-cookie: __Host-edgewright_session=") && secure.contains("; Secure"), "\(secure)")
            // And neither is one of its services.
            let admin = try await platform.signIn(by: local)
            let project = try await admin.createProject()
            let service = try await admin.post(
                "/api/v1/projects/\(project)/services", ["name": "itself", "category": "custom", "endpoint": local.url]
            ).expect(201)["id"]
            let answer = try await admin.get("/api/v1/services/\(service)/proxy/healthz")
            #expect(answer.status == 502 && answer.text.contains("is Edgewright itself"), "\(answer)")
            #expect(platform.program.stop() == 0)
        }
    }

    /// The head of the answer to signing in, in small letters but for the values.
    private func secureCookie(_ url: String, _ signIn: [String: String]) throws -> String {
        let arguments = [
            "--silent", "--insecure", "--http2", "--noproxy", "*", "--max-time", "20", "--dump-header", "-", "--output",
            "/dev/null", "--json", String(decoding: try JSONEncoder().encode(signIn), as: UTF8.self),
            url + "/api/v1/session",
        ]
        return try ChildProcess.run(URL(filePath: "/usr/bin/curl"), arguments).output
    }

    @Test(arguments: ["0.0.0.0:0", "192.168.1.1:8081", "localhost:8081", "127.0.0.1"])
    func `what has no TLS listens on loopback addresses only`(address: String) async throws {
        try await withTemporaryFolder { folder in
            let log = folder.appending(path: "log")
            let platform = try Platform(in: folder, arguments: ["--local-listen", address], output: log)
            #expect(await platform.program.waitForEnd() != 0)
            let told = try String(contentsOf: log, encoding: .utf8)
            #expect(told.contains("localListen must be"), "\(told)")
        }
    }

    @Test func `its metrics tell of requests, probes, the fleet and the process`() async throws {
        try await withTemporaryFolder { folder in
            let port = try freePort()
            let csv = folder.appending(path: "fleet.csv")
            let fleet = try RunningProgram([
                "simulate", "--count", "3", "--port", "\(port)", "--csv", csv.path, "--fault", "2:offline",
            ])
            let platform = try Platform(in: folder.appending(path: "data"), arguments: ["--monitor-interval", "1"])
            let admin = try await platform.signIn()
            let project = try await admin.createProject()
            let result = try await admin.importCSV(try String(contentsOf: csv, encoding: .utf8), into: project)
            #expect(result.json["imported"] as? Int == 3)
            let metrics = try await admin.poll("/metrics") {
                $0.text.contains("edgewright_services{status=\"offline\"} 1\n")
                    && $0.text.contains("edgewright_services{status=\"online\"} 2\n")
            }.text
            for name in [
                "edgewright_probes_total{outcome=\"answered\"}", "edgewright_probes_total{outcome=\"missed\"}",
                "edgewright_probe_duration_seconds_count", "process_cpu_seconds_total",
                "edgewright_http_request_duration_seconds_count{method=\"POST\",route=\"/orgs\",status=\"2xx\"}",
            ] {
                #expect(
                    metrics.split(separator: "\n").contains { $0.hasPrefix(name) && !$0.hasSuffix(" 0") }, "\(name)")
            }
            let resident = metrics.firstMatch(of: /\nprocess_resident_memory_bytes (\d+)/).flatMap { Double($0.1) }
            #expect((10e6...2e9).contains(resident ?? 0))
            let started = metrics.firstMatch(of: /\nprocess_start_time_seconds (\S+)/).flatMap { Double($0.1) }
            #expect(abs(Date.now.timeIntervalSince1970 - (started ?? 0)) < 120)
            #expect(platform.program.stop() == 0)
            fleet.kill()
        }
    }
}
