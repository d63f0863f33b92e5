import Foundation
import Simulator
import TestSupport
import Testing

@Suite struct AuthenticationTests {
    private let key = Result { try TokenKey() }

    @Test func `without authentication everybody may ask`() async throws {
        try await withService { world async throws in
            #expect(try await world.api.get("/api/version").status == 200)
            #expect(try await TestAPI(url: world.api.url, token: "anything").get("/api/version").status == 200)
        }
    }

    // MARK: Keys

    @Test func `a token opens a service whose key has the issuer's name`() async throws {
        let key = try key.get()
        let keys = SimulatedAuthenticationConfiguration(publicKeys: ["edgewright.pub": key.publicPEM])
        try await withService(keys) { world async throws in
            func status(_ claims: TokenClaims) async throws -> (Int, Int?) {
                let token = try key.token(claims)
                let answer = try await TestAPI(url: world.api.url, token: token).get("/api/version")
                return (answer.status, answer.error)
            }
            #expect(try await status(TokenClaims(iss: "edgewright.pub")) == (200, nil))
            // Twice: what was genuine is remembered.
            #expect(try await status(TokenClaims(iss: "edgewright.pub")) == (200, nil))
            #expect(try await status(TokenClaims(iss: "edgewright.pub", aud: ["neuronex"])) == (200, nil))
            // The file's whole name, as NeuronEX's documents have it.
            #expect(try await status(TokenClaims(iss: "edgewright")) == (401, 1005))
            #expect(try await status(TokenClaims(iss: "edgewright.pub", aud: ["neuron"])) == (401, 1005))
            #expect(try await status(TokenClaims(iss: "edgewright.pub", exp: 1)) == (401, 1006))
            #expect(try await world.api.get("/api/version").expect(401).error == 1004)
        }
    }

    @Test func `a token signed with another key, or not at all, opens nothing`() async throws {
        let keys = SimulatedAuthenticationConfiguration(publicKeys: ["k.pub": try key.get().publicPEM])
        let other = try TokenKey().token(TokenClaims(iss: "k.pub"))
        let unsigned = try key.get().token(TokenClaims(iss: "k.pub"), algorithm: "none")
        let wrong = try key.get().token(TokenClaims(iss: "k.pub"), algorithm: "HS256")
        try await withService(keys) { world in
            for token in [other, unsigned, wrong, "a.b.c", "x", ""] {
                let answer = try await TestAPI(url: world.api.url, token: token).get("/api/version")
                #expect(answer.status == 401, "\(answer)")
            }
        }
    }

    @Test func `keys of a folder are known by their files, also those that come later`() async throws {
        let key = try key.get()
        let later = try TokenKey()
        try await withTemporaryFolder { folder in
            try key.publicPEM.write(to: folder.appending(path: "first.pub"), atomically: true, encoding: .utf8)
            try "no key".write(to: folder.appending(path: "neuronex.yaml"), atomically: true, encoding: .utf8)
            let token = try later.token(TokenClaims(iss: "later.pem"))
            try await withService(SimulatedAuthenticationConfiguration(keyFolder: folder)) { world in
                let first = TestAPI(url: world.api.url, token: try key.token(TokenClaims(iss: "first.pub")))
                #expect(try await first.get("/api/version").status == 200)
                let second = TestAPI(url: world.api.url, token: token)
                #expect(try await second.get("/api/version").expect(401).error == 1005)
                try later.publicPEM.write(to: folder.appending(path: "later.pem"), atomically: true, encoding: .utf8)
                _ = try await second.poll("/api/version") { $0.status == 200 }
            }
        }
    }

    @Test func `a key that is none and a folder that is none are refused at the start`() async throws {
        for unfit in [
            SimulatedAuthenticationConfiguration(publicKeys: ["k.pub": "no key"]),
            SimulatedAuthenticationConfiguration(keyFolder: URL(filePath: "/nowhere/at/all")),
        ] {
            await #expect(throws: (any Error).self) { try await withService(unfit) { _ in } }
        }
    }

    // MARK: Passwords

    private let passwords = SimulatedAuthenticationConfiguration(
        takesPasswords: true, username: "plant", password: "s3cret")

    private func signIn(_ world: ServiceWorld, _ name: String, _ password: String) async throws -> TestAnswer {
        try await world.api.post("/api/login", ["name": name, "password": password])
    }

    @Test func `a user signs in and gets a token that opens the service`() async throws {
        try await withService(passwords) { [self] world in
            let answer = try await signIn(world, "plant", "s3cret").expect(200)
            #expect(answer.fields == ["token", "role"])
            #expect(answer["role"] == "Administrator")
            let api = TestAPI(url: world.api.url, token: answer["token"])
            for path in ["/api/version", "/api/neuron/node/state", "/api/ekuiper/rules"] {
                #expect(try await api.get(path).status == 200)
                #expect(try await world.api.get(path).expect(401).error == 1004)
            }
            // The page is there for everybody: it is where one signs in.
            #expect(try await world.api.get("/web/").status == 200)
        }
    }

    @Test func `a wrong name or password is refused`() async throws {
        try await withService(passwords) { [self] world async throws in
            for (name, password) in [("plant", "wrong"), ("admin", "0000"), ("", ""), ("plant", "")] {
                #expect(try await signIn(world, name, password).expect(401).error == 1009)
            }
        }
    }

    @Test func `users can be added, change their password, and go`() async throws {
        try await withService(passwords) { [self] world in
            let admin = TestAPI(url: world.api.url, token: try await signIn(world, "plant", "s3cret")["token"])
            let user: [String: any Sendable] = ["name": "eve", "password": "1", "role": "Viewer"]
            #expect(try await admin.post("/api/users", user).expect(200).text == "{}")
            #expect(try await admin.post("/api/users", user).status == 500)
            #expect(try await signIn(world, "eve", "1").expect(200)["role"] == "Viewer")
            let change: [String: any Sendable] = ["name": "eve", "old_password": "1", "new_password": "2"]
            #expect(try await admin.send("PUT", "/api/users/password/eve", json: change).status == 200)
            #expect(try await admin.send("PUT", "/api/users/password/eve", json: change).status == 500)
            #expect(try await signIn(world, "eve", "1").status == 401)
            #expect(try await signIn(world, "eve", "2").status == 200)
            #expect(try await admin.delete("/api/users/eve").status == 200)
            #expect(try await signIn(world, "eve", "2").status == 401)
        }
    }

    @Test func `a token is for one service, and until it restarts`() async throws {
        try await withFleet(SimulatedFleet.Configuration(count: 2, authentication: passwords)) { fleet in
            let login = try await TestAPI(url: fleet.url(0), token: nil)
                .post("/api/login", ["name": "plant", "password": "s3cret"]).expect(200)
            let here = TestAPI(url: fleet.url(0), token: login["token"])
            let there = TestAPI(url: fleet.url(1), token: login["token"])
            #expect(try await here.get("/api/version").status == 200)
            #expect(try await there.get("/api/version").expect(401).error == 1005)
            fleet.fleet.restart(0)
            #expect(try await here.get("/api/version").expect(401).error == 1005)
        }
    }

    @Test(arguments: ["/api/sim/bytes", "/api/sim/sink", "/api/stream/log", "/api/ws/echo", "/api/nothing"])
    func `nothing under the API is open, whatever it is`(path: String) async throws {
        try await withService(passwords) { world async throws in
            #expect(try await world.api.get(path).expect(401).error == 1004)
        }
    }
}
