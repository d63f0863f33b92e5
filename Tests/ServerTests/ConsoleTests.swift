import Foundation
import Server
import TestSupport
import Testing

@Suite struct ConsoleTests {
    @Test func `every page path answers the console's page, and its files are kept for ever`() async throws {
        try await withConsole { world in
            for path in ["/", "/sign-in", "/projects/01kjpzh1v6d3n7r0k5f8y2h4js/services?status=offline", "/no/such"] {
                let page = try await world.api(nil).get(path).expect(200)
                #expect(page.headers["content-type"] == "text/html; charset=utf-8")
                #expect(page.headers["cache-control"] == "no-cache")
                #expect(page.text == "<p>console</p>")
                let policy = page.headers["content-security-policy"] ?? ""
                #expect(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"))
                #expect(page.headers["x-content-type-options"] == "nosniff")
            }
            let script = try await world.api(nil).get("/assets/main-AB12.js").expect(200)
            #expect(script.headers["content-type"] == "text/javascript; charset=utf-8")
            #expect(script.headers["cache-control"] == "public, max-age=31536000, immutable")
        }
    }

    @Test func `the API's places are never shadowed`() async throws {
        try await withConsole { world in
            #expect(try await world.api(nil).get("/healthz").expect(200)["status"] == "ok")
            #expect(try await world.api(nil).get("/readyz").expect(200)["status"] == "ready")
            #expect(
                try await world.api(nil).get("/metrics").expect(200).headers["content-type"]?.hasPrefix("text/plain")
                    == true)
            for path in ["/api", "/api/v1/nothing", "/assets/of-another-build.js"] {
                #expect(try await world.api(nil).get(path).status == 404)
            }
            #expect(try await world.api(nil).send("POST", "/sign-in").status == 404)
            let page = try await world.api(nil).send(
                "GET", "/", headers: [("Host", "01kjpzj2m8q4c9w6t1x5b0g7vn.localhost")])
            #expect(page.status == 401)
        }
    }

    @Test(arguments: [("gzip, br", true), ("br, gzip;q=0.5", true), ("gzip;q=0", false), ("br", false), ("", false)])
    func `compressed files go to who takes them`(accepted: String, isCompressed: Bool) async throws {
        try await withConsole { world in
            let answer = try await world.api(nil).send(
                "GET", "/assets/main-AB12.js", headers: [("Accept-Encoding", accepted)]
            ).expect(200)
            #expect(answer.headers["content-encoding"] == (isCompressed ? "gzip" : nil))
            #expect(answer.text == (isCompressed ? "compressed" : "let a = 1"))
            #expect(answer.headers["vary"] == "Accept-Encoding")
        }
    }

    @Test func `a console that is not built says how to build it`() async throws {
        try await withControlPlane(console: .missing) { world in
            let page = try await world.api(nil).get("/").expect(503)
            #expect(page.text.contains("make build"))
            #expect(try await world.api(nil).get("/healthz").status == 200)
        }
    }

    private func withConsole(_ body: @Sendable @escaping (ControlPlaneWorld) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "console-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let assets = folder.appending(path: "assets")
        try FileManager.default.createDirectory(at: assets, withIntermediateDirectories: true)
        try Data("<p>console</p>".utf8).write(to: folder.appending(path: "index.html"))
        try Data("let a = 1".utf8).write(to: assets.appending(path: "main-AB12.js"))
        try Data("compressed".utf8).write(to: assets.appending(path: "main-AB12.js.gz"))
        let bundle = try ConsoleBundle.load(from: folder)
        try await withControlPlane(console: bundle, body)
    }
}
