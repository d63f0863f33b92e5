import Fleet
import Logging
import Store
import TestSupport
import Testing

@testable import ControlPlane

/// Two control planes on one PostgreSQL.
@Suite(.serialized, .timeLimit(.minutes(2))) struct SharedStoreTests {
    private struct Pair: Sendable {
        let here: ControlPlaneWorld
        let there: ControlPlaneWorld
        let database: Database
        let project: String

        /// What those see who watch the project at the other one.
        func events() async throws -> AsyncStream<ProjectEvent> {
            let access = there.plane.access
            let caller = try await access.authenticate(.token(secret: there.admin.token ?? ""), address: "")
            let granted = try await access.authorize(
                caller, .viewMonitoring, project: Identifier(rawValue: project))
            return there.plane.monitor.events(in: granted)
        }

        func makeService(_ name: String) async throws -> String {
            try await here.admin.post(
                "/api/v1/projects/\(project)/services", ["name": name, "endpoint": "http://127.0.0.1:9/\(name)"]
            ).expect(201)["id"]
        }
    }

    private static let listeners = """
        SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'
        """

    private func withPair(_ body: @Sendable @escaping (Pair) async throws -> Void) async throws {
        try await withDatabaseLocation(on: .postgres) { location in
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let first = try await Database.open(location, logger: logger)
            let second = try await Database.open(location, logger: logger)
            let result: Result<Void, any Error>
            do {
                // Probes so seldom that what is seen is what the test does.
                let settings = ControlPlaneWorldSettings(interval: .seconds(3600))
                try await withControlPlane(over: first, settings) { here in
                    try await withControlPlane(over: second, settings) { there in
                        try await waitForListeners(2, on: first)
                        let (_, project) = try await here.makeProject()
                        try await body(Pair(here: here, there: there, database: first, project: project))
                    }
                }
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await first.close()
            await second.close()
            try result.get()
        }
    }

    private func waitForListeners(_ count: Int, on database: Database) async throws {
        while try await database.read({ try $0.query(Self.listeners).count }) != count {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The next change of a service; pings and the like are passed over.
    private func nextChange(_ events: inout AsyncStream<ProjectEvent>.Iterator) async -> ServiceChange? {
        while let event = await events.next(isolation: nil) {
            if case .service(let change) = event { return change }
        }
        return nil
    }

    @Test func `a change made at one is seen by those who watch at the other`() async throws {
        try await withPair { pair in
            var events = try await pair.events().makeAsyncIterator()
            let id = try await pair.makeService("press")
            let made = await nextChange(&events)
            #expect(made?.change == .created)
            #expect(made?.service?.name == "press")

            let path = "/api/v1/services/\(id)"
            _ = try await pair.here.admin.patch(path, ["name": "oven"]).expect(200)
            let renamed = await nextChange(&events)
            #expect(renamed?.change == .updated)
            #expect(renamed?.service?.name == "oven")
            // Known at once where it was not made, not only at the next refresh.
            #expect(try await pair.there.admin.get(path)["name"] == "oven")

            _ = try await pair.here.admin.post(path + "/tags", ["add": ["hall"]]).expect(200)
            #expect(await nextChange(&events)?.service?.tags == ["hall"])

            _ = try await pair.here.admin.delete(path).expect(204)
            let deleted = await nextChange(&events)
            #expect(deleted?.change == .deleted)
            #expect(deleted?.id.rawValue == id)
            #expect(try await pair.there.admin.get(path).status == 404)
        }
    }

    @Test func `what the monitor of one finds is seen at the other, and told in its answers`() async throws {
        try await withPair { pair in
            var events = try await pair.events().makeAsyncIterator()
            let id = try await pair.makeService("away")
            #expect(await nextChange(&events)?.change == .created)
            // Nobody listens at its endpoint: two misses make it offline.
            for _ in 0..<2 { _ = try await pair.here.admin.send("POST", "/api/v1/services/\(id)/probe").expect(200) }
            var change = await nextChange(&events)
            while let seen = change, seen.service?.status != .offline { change = await nextChange(&events) }
            #expect(change?.change == .status)
            #expect(try await pair.there.admin.get("/api/v1/services/\(id)/status")["status"] == "offline")
        }
    }

    @Test func `who imports many elsewhere makes watchers read anew`() async throws {
        try await withPair { pair in
            var events = try await pair.events().makeAsyncIterator()
            let rows = (0..<20).map { "neuronex,s\($0),127.0.0.1:9/\($0)" }.joined(separator: "\n")
            _ = try await pair.here.admin.importCSV("category,name,endpoint\n" + rows, into: pair.project).expect(200)
            var event = await events.next(isolation: nil)
            while let seen = event, seen != .resync { event = await events.next(isolation: nil) }
            #expect(event == .resync)
        }
    }

    @Test func `after a lost connection watchers are told to read anew, and hear of changes again`() async throws {
        try await withPair { pair in
            var events = try await pair.events().makeAsyncIterator()
            let lost = try await pair.database.write { session in
                try session.query("SELECT pg_terminate_backend(pid) FROM (\(Self.listeners)) listening").count
            }
            #expect(lost == 2)
            var event = await events.next(isolation: nil)
            while let seen = event, seen != .resync { event = await events.next(isolation: nil) }
            #expect(event == .resync)
            _ = try await pair.makeService("afterwards")
            #expect(await nextChange(&events)?.service?.name == "afterwards")
        }
    }
}

@Suite struct ChangeNoticeTests {
    @Test func `a notice is read as it was written`() {
        let ids = (0..<3).map { Identifier<EdgeService>(rawValue: "id\($0)") }
        for change in [
            ChangeNotice.Change.services(.deleted, ids), .services(.status, [ids[0]]), .project(.init(rawValue: "p")),
        ] {
            let notice = ChangeNotice(origin: "me", change: change)
            #expect(ChangeNotice(payload: notice.payload) == notice)
        }
        for text in ["", "me", "me created", "me nonsense id"] { #expect(ChangeNotice(payload: text) == nil) }
    }

    @Test func `the longest notice fits what PostgreSQL takes`() {
        let id = Identifier<EdgeService>(rawValue: String(repeating: "x", count: 26))
        let ids = Array(repeating: id, count: ChangeNotice.maximumIdentifiers)
        let notice = ChangeNotice(origin: Secret.make(prefix: ""), change: .services(.created, ids))
        #expect(notice.payload.utf8.count < 8000)
    }
}
