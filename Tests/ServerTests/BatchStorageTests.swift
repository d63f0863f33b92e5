import Fleet
import Foundation
import Store
import TestSupport
import Testing

@testable import ControlPlane

/// What the engine writes, step by step, as a process that holds a batch would; on both stores.
@Suite struct BatchStorageTests {
    /// A batch that nobody but the test carries out.
    private struct Held: Sendable {
        let world: ControlPlaneWorld
        let storage: StoredBatches
        let id: Identifier<Batch>

        func advance(
            _ finished: [FinishedItem] = [], underWay: Set<Int>? = nil
        ) async throws -> BatchAdvance {
            try #require(try await storage.advance(id, finished, notes: [:], underWay: underWay))
        }

        func act(_ what: String) async throws {
            _ = try await world.admin.post("/api/v1/batches/\(id)/\(what)", [:]).expect(200)
        }

        func shown() async throws -> (state: String, counts: [String: Int]) {
            let batch = try await world.admin.get("/api/v1/batches/\(id)")
            return (batch["state"], (batch.json["counts"] as? [String: Int] ?? [:]).filter { $0.value > 0 })
        }

        /// Another process, after this one's hold has run out.
        func successor() async throws -> StoredBatches {
            try await storage.release(id)
            return StoredBatches(context: storage.context, recorder: storage.recorder, holder: "another")
        }

        /// An attempt that broke off and is to be tried again.
        func brokeOff() -> BatchItemTransition {
            .after(
                .failedForNow(reason: "it broke off"), failures: 0, policy: BatchPolicy(),
                deadline: storage.context.now(), now: storage.context.now(), jitter: 0)
        }

        func done() -> BatchItemTransition {
            .after(
                .done, failures: 0, policy: BatchPolicy(), deadline: storage.context.now(), now: storage.context.now(),
                jitter: 0)
        }
    }

    private func withBatch(
        _ kind: BatchKind = .upgrade, of count: Int, on store: TestEngine = .sqlite,
        _ change: @escaping @Sendable (inout BatchPolicy) -> Void = { _ in },
        _ body: @Sendable @escaping (Held) async throws -> Void
    ) async throws {
        try await withControlPlane(on: store, interval: .seconds(3600)) { world in
            let (_, project) = try await world.makeProject()
            let rows = (0..<count).map { "custom,s\($0),Direct,127.0.0.1:9/\($0),http,a" }
            let csv = (["category,name,nodeType,endpoint,scheme,tagName"] + rows).joined(separator: "\n")
            _ = try await world.admin.importCSV(csv, into: project).expect(200)
            let services = try await world.admin.get("/api/v1/projects/\(project)/services").items
                .compactMap { $0["id"] as? String }
            let user = try await world.admin.get("/api/v1/users").items.first?["id"] as? String ?? ""
            let real = try #require(world.plane.batchEngine.storage as? StoredBatches)
            let storage = StoredBatches(context: real.context, recorder: real.recorder, holder: "the test")
            var policy = BatchPolicy()
            change(&policy)
            let batch = Batch(
                id: real.context.makeIdentifier(), projectId: Identifier(rawValue: project),
                request: CreateBatchRequest(kind: kind, targets: BatchTargets()), policy: policy,
                createdBy: "somebody@example.com", createdAt: real.context.now())
            let items = services.enumerated().map {
                BatchItem(position: $0, serviceId: Identifier(rawValue: $1), name: "s\($0)", wave: 1)
            }
            let now = real.context.now()
            _ = try await real.context.write { session in
                try session.insertBatch(
                    BatchRecord(batch: batch, userId: Identifier(rawValue: user)), items: items)
                return try session.holdBatch(batch.id, holder: "the test", at: now, until: now + .seconds(600))
            }
            try await body(Held(world: world, storage: storage, id: batch.id))
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `what breaks off after its batch has turned round is undone, and the batch ends`(store: TestEngine)
        async throws
    {
        try await withBatch(of: 3, on: store) { held in
            let begun = try await held.advance().begun
            #expect(begun.count == 3)
            try await held.act("rollback")
            let failed = BatchItemTransition.after(
                .failed(reason: "cleaned up"), failures: 0, policy: BatchPolicy(), deadline: held.storage.context.now(),
                now: held.storage.context.now(), jitter: 0)
            let back = try await held.advance([
                (begun[0], held.brokeOff()), (begun[1], held.done()), (begun[2], failed),
            ])
            #expect(back.begun.map(\.position) == [1, 0])
            #expect(back.begun.allSatisfy { $0.isUndoing })
            let end = try await held.advance(back.begun.map { ($0, BatchItemTransition(.rolledBack)) })
            #expect(end.record.batch.state == .rolledBack)
            #expect(try await held.shown().counts == ["rolledBack": 2, "failed": 1])
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `what was under way in a batch that was cancelled is free again when its process has died`(
        store: TestEngine
    ) async throws {
        try await withBatch(.tag, of: 2, on: store) { held in
            let begun = try await held.advance().begun
            try await held.act("cancel")
            let first = try await held.advance([(begun[0], held.brokeOff())])
            #expect(first.isAtRest)
            #expect(try await held.shown().counts == ["cancelled": 1, "running": 1])

            let successor = try await held.successor()
            #expect(try await successor.openBatches().contains(held.id))
            #expect(try await successor.takeOver(held.id))
            #expect(try await held.shown().counts == ["cancelled": 2])
            try await successor.release(held.id)
            #expect(try await successor.openBatches().isEmpty)
        }
    }

    @Test func `a paused batch whose process has died holds no services`() async throws {
        try await withBatch(.tag, of: 1) { held in
            _ = try await held.advance()
            try await held.act("pause")
            let successor = try await held.successor()
            #expect(try await successor.takeOver(held.id))
            #expect(try await held.shown() == ("paused", ["pending": 1]))
            try await successor.release(held.id)
            #expect(try await successor.openBatches().isEmpty)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `what the gate finds unhealthy goes back with the others`(store: TestEngine) async throws {
        let policy: @Sendable (inout BatchPolicy) -> Void = { policy in
            policy.healthGate = 1
            policy.onFailure = .rollback
        }
        try await withBatch(of: 2, on: store, policy) { held in
            let begun = try await held.advance().begun
            // Nobody has ever seen these services well, and the gate's time passes.
            var next = try await held.advance(begun.map { ($0, held.done()) })
            let clock = ContinuousClock()
            let end = clock.now + .seconds(20)
            while next.begun.isEmpty, clock.now < end { next = try await held.advance() }
            #expect(next.record.batch.direction == .back)
            #expect(next.begun.map(\.position) == [1, 0])
            let last = try await held.advance(next.begun.map { ($0, BatchItemTransition(.rolledBack)) })
            #expect(last.record.batch.state == .rolledBack)
        }
    }

    @Test func `what was begun without being heard of begins anew`() async throws {
        try await withBatch(.tag, of: 3, { $0.concurrency = 2 }) { held in
            let lost = try await held.advance().begun
            #expect(lost.map(\.position) == [0, 1])
            // Its answer was lost on the way: only the first of them is under way here.
            let again = try await held.advance(underWay: [0])
            #expect(again.begun.map(\.position) == [1])
        }
    }

    @Test func `retries are counted by failures, and anew when a person tries again`() async throws {
        try await withBatch(.tag, of: 1, { $0.retries = 1 }) { held in
            var item = try #require(try await held.advance().begun.first)
            #expect(item.failures == 0)
            var broken = held.brokeOff()
            broken.notBefore = held.storage.context.now()
            var next = try await held.advance([(item, broken)])
            item = try #require(next.begun.first)
            #expect(item.failures == 1 && item.attempts == 2)
            next = try await held.advance([(item, BatchItemTransition(.failed, reason: "x"))])
            #expect(next.record.batch.state == .paused)
            try await held.act("retry")
            item = try #require(try await held.advance().begun.first)
            #expect(item.failures == 0 && item.attempts == 3)
        }
    }

    @Test func `a batch goes on with the rights of whoever has set it going last`() async throws {
        try await withBatch(of: 1) { held in
            let begun = try await held.advance().begun
            let project = try await held.world.admin.get("/api/v1/batches/\(held.id)")["projectId"]
            let colleague = try await held.world.makeUser([
                "email": "colleague@example.com", "role": "projectAdmin", "projectId": project,
            ])
            let user = try await colleague.get("/api/v1/me").json["user"] as? [String: Any]
            let me = try #require(user?["id"] as? String)
            _ = try await colleague.post("/api/v1/batches/\(held.id)/rollback", [:]).expect(200)
            let back = try await held.advance([(begun[0], held.done())])
            #expect(back.record.userId.rawValue == me)
            #expect(back.record.batch.createdBy == "somebody@example.com")
        }
    }
}
