import Foundation
import TestSupport
import Testing

/// The command as a process of its own.
@Suite struct SimulateCommandTests {
    @Test func `2,000 services start within seconds and stay small`() async throws {
        let start = ContinuousClock.now
        let simulation = try Simulation(["--count", "2000", "--port", "0"])
        // A debug build on a machine that does other things meanwhile.
        #expect(ContinuousClock.now - start < .seconds(20))
        for index in [1, 1000, 2000] {
            let digits = String(repeating: "0", count: 5 - "\(index)".count) + "\(index)"
            let api = TestAPI(url: simulation.root + "/edge-\(digits)", token: nil)
            #expect(try await api.get("/api/neuron/node/state").status == 200)
        }
        #expect(try simulation.residentMegabytes() < 100)
        #expect(simulation.stop() == 0)
    }

    @Test func `faults of the flags are on where they say`() async throws {
        let simulation = try Simulation([
            "--count", "4", "--port", "0", "--fault", "2:errors=status", "--fault", "50%:version=9.9.9",
        ])
        var versions: [String] = []
        for index in 1...4 {
            versions.append(try await simulation.api(index).get("/api/version")["version"])
        }
        #expect(versions.map { $0 == "9.9.9" } == [false, false, false, true])
        #expect(try await simulation.api(2).get("/api/version").status == 500)
        #expect(simulation.stop() == 0)
    }

    @Test func `a port each, and the file says which`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "fleet.csv")
            let simulation = try Simulation(["--count", "2", "--base-port", "0", "--csv", file.path])
            #expect(try await TestAPI(url: simulation.first, token: nil).get("/api/version").status == 200)
            let csv = try String(contentsOf: file, encoding: .utf8)
            #expect(csv.contains(simulation.first.dropFirst("http://".count)))
            #expect(simulation.stop() == 0)
        }
    }

    @Test func `keys of a folder and a user's password open the services`() async throws {
        let key = try TokenKey()
        try await withTemporaryFolder { folder in
            try key.publicPEM.write(to: folder.appending(path: "edgewright.pub"), atomically: true, encoding: .utf8)
            let simulation = try Simulation([
                "--count", "1", "--port", "0", "--auth", "password", "--user", "plant", "--password", "s3cret",
                "--jwt-keys", folder.path,
            ])
            let url = simulation.api(1).url
            #expect(try await simulation.api(1).get("/api/version").status == 401)
            let platform = TestAPI(url: url, token: try key.token(TokenClaims(iss: "edgewright.pub")))
            #expect(try await platform.get("/api/version").status == 200)
            let login = try await simulation.api(1).post("/api/login", ["name": "plant", "password": "s3cret"])
            #expect(try await TestAPI(url: url, token: login["token"]).get("/api/version").status == 200)
            #expect(simulation.stop() == 0)
        }
    }

    @Test func `with keys alone nobody signs in`() async throws {
        let key = try TokenKey()
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "any-name.pem")
            try key.publicPEM.write(to: file, atomically: true, encoding: .utf8)
            let simulation = try Simulation(["--count", "1", "--port", "0", "--jwt-key", "edgewright=\(file.path)"])
            let url = simulation.api(1).url
            let platform = TestAPI(url: url, token: try key.token(TokenClaims(iss: "edgewright")))
            #expect(try await platform.get("/api/version").status == 200)
            let login = try await simulation.api(1).post("/api/login", ["name": "admin", "password": "0000"])
            #expect(try await TestAPI(url: url, token: login["token"]).get("/api/version").status == 401)
            #expect(simulation.stop() == 0)
        }
    }

    @Test(arguments: [
        (["--count", "0"], "--count"), (["--port", "1", "--base-port", "2"], "--base-port"),
        (["--base-port", "65530", "--count", "10"], "65535"), (["--port", "70000"], "--port"),
        (["--auth", "some"], "--auth"), (["--auth", "jwt"], "--jwt-keys"), (["--auth", "none", "--user", "x"], "none"),
        (["--jwt-key", "nofile"], "ISSUER=FILE"), (["--jwt-key", "a=/nowhere"], "/nowhere"),
        (["--jwt-keys", "/nowhere"], "/nowhere"), (["--password", ""], "--password"),
        (["--fault", "1:nothing"], "--fault"), (["--count", "2", "--fault", "3:offline"], "3:offline"),
    ])
    func `what can't be is refused, naming the flag`(arguments: [String], named: String) throws {
        let (status, text) = try Simulation.refused(
            arguments + (arguments.contains { $0.hasSuffix("port") } ? [] : ["--port", "0"]))
        #expect(status != 0)
        #expect(text.contains(named), "\(text)")
    }
}
