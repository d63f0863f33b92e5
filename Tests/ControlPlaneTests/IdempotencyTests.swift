import Fleet
import Foundation
import Store
import TestSupport
import Testing

@testable import ControlPlane

/// What happens between taking a key and keeping the answer.
@Suite struct IdempotencyTests {
    private func caller(_ world: ControlPlaneWorld) async throws -> Caller {
        try await world.plane.access.authenticate(.token(secret: world.admin.token ?? ""), address: "")
    }

    private func create(_ name: String, by caller: Caller, _ plane: ControlPlane) async throws -> Organization {
        let access = try await plane.access.authorizePlatform(caller, .createOrganizations)
        return try await plane.tenancy.createOrganization(CreateTenantRequest(name: name), in: access)
    }

    /// As if its process had died a while ago.
    private func endLeases(_ plane: ControlPlane) async throws {
        try await plane.idempotency.context.database.write {
            try $0.execute("UPDATE idempotent_request SET leased_until = 0")
        }
    }

    private func words(_ decision: IdempotentRequests.Decision) -> String {
        switch decision {
        case .carryOut: "carry out"
        case .answer(let answer): "answer \(answer.status)"
        case .underWay: "under way"
        case .answerLost: "lost"
        case .differs: "differs"
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `an attempt whose place was taken changes nothing any more`(engine: TestEngine) async throws {
        try await withControlPlane(on: engine) { world in
            let requests = world.plane.idempotency
            let who = try await caller(world)
            let slow = requests.claiming("k", by: who)
            #expect(words(try await requests.begin(slow, fingerprint: "f")) == "carry out")
            let next = requests.claiming("k", by: who)
            #expect(words(try await requests.begin(next, fingerprint: "f")) == "under way")
            try await endLeases(world.plane)
            #expect(words(try await requests.begin(next, fingerprint: "g")) == "differs")
            #expect(words(try await requests.begin(next, fingerprint: "f")) == "carry out")
            await #expect(throws: EdgewrightError.self) { try await create("slow", by: slow, world.plane) }
            _ = try await create("next", by: next, world.plane)
            await requests.finish(next, fingerprint: "f", KeptAnswer(status: 201, fields: [], body: Data()))
            // Nor does it spoil what the other one keeps.
            await requests.release(slow)
            await requests.finish(slow, fingerprint: "f", KeptAnswer(status: 500, fields: [], body: Data()))
            let again = requests.claiming("k", by: who)
            #expect(words(try await requests.begin(again, fingerprint: "f")) == "answer 201")
            let names = try await world.admin.get("/api/v1/orgs").items.compactMap { $0["name"] as? String }
            #expect(names == ["next"])
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `what was carried out without an answer kept is never carried out again`(engine: TestEngine) async throws {
        try await withControlPlane(on: engine) { world in
            let requests = world.plane.idempotency
            let who = try await caller(world)
            let died = requests.claiming("k", by: who)
            _ = try await requests.begin(died, fingerprint: "f")
            _ = try await create("once", by: died, world.plane)
            try await endLeases(world.plane)
            let again = requests.claiming("k", by: who)
            #expect(words(try await requests.begin(again, fingerprint: "f")) == "lost")

            // A change may be followed by a failure; that frees nothing either.
            let failed = requests.claiming("other", by: who)
            _ = try await requests.begin(failed, fingerprint: "f")
            _ = try await create("twice", by: failed, world.plane)
            await requests.release(failed)
            #expect(words(try await requests.begin(failed, fingerprint: "f")) == "lost")
        }
    }

    @Test func `answers are kept sealed, and keys as hashes`() async throws {
        try await withControlPlane { world in
            let made = try await world.admin.send(
                "POST", "/api/v1/tokens", json: ["name": "robot"], headers: [("Idempotency-Key", "key-of-robot")]
            ).expect(201)
            let rows = try await world.plane.idempotency.context.database.read {
                try $0.query("SELECT * FROM idempotent_request")
            }
            let row = try #require(rows.first)
            let values = try (0..<row.count).map { "\(try row.value($0))" }.joined(separator: " ")
            #expect(values.contains("v1."))
            #expect(!values.contains("key-of-robot"))
            #expect(!values.contains(made["token"]))
            #expect(!values.contains(Data(made["token"].utf8).base64EncodedString().prefix(20)))
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `old keys are forgotten, and the oldest of who has too many`(engine: TestEngine) async throws {
        try await withControlPlane(on: engine) { world in
            let requests = world.plane.idempotency
            let who = try await caller(world)
            let database = requests.context.database
            let start = requests.context.now()
            for number in 0..<5 {
                let claiming = requests.claiming("k\(number)", by: who)
                _ = try await requests.begin(claiming, fingerprint: "f")
                await requests.finish(
                    claiming, fingerprint: "f", KeptAnswer(status: 201, fields: [], body: Data()))
                // 0 is the newest; 4 is older than a day.
                let age = number == 4 ? IdempotentRequests.lifetime + .seconds(1) : .seconds(number)
                let time = start - age
                try await database.write {
                    try $0.execute(
                        "UPDATE idempotent_request SET created_at = ? WHERE key_hash = ?",
                        [time.milliseconds, Secret.hash("k\(number)")])
                }
            }
            func keys() async throws -> Set<String> {
                Set(
                    try await database.read {
                        try $0.query("SELECT key_hash FROM idempotent_request").map { try $0.text(0) }
                    })
            }
            // Too old to be answered, even before it is removed.
            let late = requests.claiming("k4", by: who)
            #expect(words(try await requests.begin(late, fingerprint: "other")) == "carry out")
            await requests.release(late)
            try await requests.removeOld()
            #expect(try await keys() == Set((0..<4).map { Secret.hash("k\($0)") }))
            try await database.write { try $0.deleteIdempotentRequests(beyond: 2) }
            #expect(try await keys() == Set((0..<2).map { Secret.hash("k\($0)") }))
        }
    }
}
