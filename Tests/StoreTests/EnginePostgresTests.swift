import Store
import Synchronization
import TestSupport
import Testing

@Suite struct EnginePostgresTests {
    private func options(_ change: (inout DatabaseOptions) -> Void) -> DatabaseOptions {
        var options = DatabaseOptions()
        change(&options)
        return options
    }

    private func backends(_ database: Database) async throws -> [Int] {
        try await database.read { session in
            try session.query(
                """
                SELECT pid FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
                """
            ).map { try $0.int(0) }
        }
    }

    /// Keeps the only connection of a store busy while the body runs.
    private func withBusyConnection(
        waitLimit: Duration, _ body: (Database) async throws -> Void
    ) async throws {
        let options = options {
            $0.connections = 1; $0.waitLimit = waitLimit
        }
        try await withDatabase(on: .postgres, options: options) { database in
            let (taken, done) = (Event(), Event())
            async let holder: Void = database.write { session in
                _ = try session.query("SELECT 1")
                taken.happen()
                done.waitBlocking()
            }
            await taken.wait()
            do {
                try await body(database)
                done.happen()
            } catch {
                done.happen()
                throw error
            }
            try await holder
            #expect(try await database.read { try $0.query("SELECT 1") }.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `who finds every connection in use is told so in time`() async throws {
        try await withBusyConnection(waitLimit: .milliseconds(200)) { database in
            let error = try await storeError { _ = try await database.read { try $0.query("SELECT 1") } }
            #expect(error.kind == .unavailable)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a task that is cancelled while it waits takes no connection`() async throws {
        try await withBusyConnection(waitLimit: .seconds(30)) { database in
            let tasks = (0..<20).map { _ in Task { try await database.read { _ = try $0.query("SELECT 1") } } }
            for task in tasks { task.cancel() }
            for task in tasks { await #expect(throws: CancellationError.self) { try await task.value } }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `those who wait are served in the end`() async throws {
        let options = options {
            $0.connections = 2; $0.waitLimit = .seconds(30)
        }
        try await withDatabase(on: .postgres, options: options) { database in
            let served = Counter()
            try await withThrowingTaskGroup { group in
                for _ in 0..<50 {
                    group.addTask {
                        _ = try await database.read { try $0.query("SELECT pg_sleep(0.002)") }
                        served.increment()
                    }
                }
                try await group.waitForAll()
            }
            #expect(served.value == 50)
            #expect(try await backends(database).count <= 1)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a connection killed while idle is replaced unnoticed`() async throws {
        try await withDatabase(on: .postgres) { database in
            try await database.makeThings()
            try await withDatabaseBeside(database) { other in
                for pid in try await backends(other) {
                    _ = try await other.read { try $0.query("SELECT pg_terminate_backend(?::int)", ["\(pid)"]) }
                }
            }
            try await database.insertThing(1)
            #expect(try await database.countThings() == 1)
        }
    }

    /// A second store on the same database, with connections of its own.
    private func withDatabaseBeside(_ database: Database, _ body: (Database) async throws -> Void) async throws {
        let name = try await database.read { try $0.query("SELECT current_database()")[0].text(0) }
        let socket = try await database.read {
            try $0.query("SELECT current_setting('unix_socket_directories')")[0].text(0)
        }
        let port = try await database.read { try $0.query("SELECT current_setting('port')")[0].text(0) }
        let user = try await database.read { try $0.query("SELECT current_user::text")[0].text(0) }
        let url = "postgresql:///\(name)?host=\(socket)&port=\(port)&user=\(user)"
        let other = try await Database.open(.postgres(url: url), migrations: nil)
        try await body(other)
        await other.close()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a transaction whose connection is killed is run again`() async throws {
        try await withDatabase(on: .postgres) { database in
            try await database.makeThings()
            let runs = Counter()
            try await database.write { session in
                try session.execute("INSERT INTO thing (id) VALUES (1)")
                if runs.increment() == 1 { _ = try session.query("SELECT pg_terminate_backend(pg_backend_pid())") }
            }
            #expect(runs.value == 2)
            #expect(try await database.countThings() == 1)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a deadlock is resolved by running one of the two again`() async throws {
        try await withDatabase(on: .postgres) { database in
            try await database.makeThings()
            for id in 1...2 { try await database.insertThing(id, nil, 0) }
            let (firstLocked, secondLocked) = (Event(), Event())
            async let forward: Void = database.write { session in
                try session.execute("UPDATE thing SET size = size + 1 WHERE id = 1")
                firstLocked.happen()
                secondLocked.waitBlocking()
                secondLocked.happen()
                try session.execute("UPDATE thing SET size = size + 1 WHERE id = 2")
            }
            async let backward: Void = database.write { session in
                try session.execute("UPDATE thing SET size = size + 1 WHERE id = 2")
                secondLocked.happen()
                firstLocked.waitBlocking()
                firstLocked.happen()
                try session.execute("UPDATE thing SET size = size + 1 WHERE id = 1")
            }
            _ = try await (forward, backward)
            let sizes = try await database.read { try $0.query("SELECT size FROM thing").map { try $0.real(0) } }
            #expect(sizes == [2, 2])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a statement that takes too long is ended`() async throws {
        let options = options { $0.statementLimit = .milliseconds(200) }
        try await withDatabase(on: .postgres, options: options) { database in
            let error = try await storeError { _ = try await database.read { try $0.query("SELECT pg_sleep(30)") } }
            #expect(error.kind == .busy)
            #expect(try await database.read { try $0.query("SELECT 1") }.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `many different statements don't pile up on the server`() async throws {
        let options = options { $0.connections = 1 }
        try await withDatabase(on: .postgres, options: options) { database in
            let prepared = try await database.read { session in
                for number in 0..<600 { _ = try session.query("SELECT \(number)") }
                return try session.query("SELECT COUNT(*) FROM pg_prepared_statements")[0].int(0)
            }
            #expect(prepared == 256)
        }
    }

    @Test func `a statement stays prepared when the schema changes under it`() async throws {
        try await withDatabase(on: .postgres, options: options { $0.connections = 1 }) { database in
            try await database.makeThings()
            try await database.insertThing(1, "a")
            let columns = { try await database.read { try $0.query("SELECT * FROM thing")[0].count } }
            #expect(try await columns() == 3)
            try await database.write { try $0.execute("ALTER TABLE thing ADD COLUMN extra BIGINT") }
            #expect(try await columns() == 4)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a server that is not there is unavailable, after some tries`() async throws {
        let options = options { $0.waitLimit = .milliseconds(300) }
        let location = DatabaseLocation.postgres(url: "postgresql://ann:s3cret@/x?host=/nowhere")
        let error = try await storeError {
            _ = try await Database.open(location, migrations: options.migrations) { $0 = options }
        }
        #expect(error.kind == .unavailable)
        #expect(!error.description.contains("s3cret"))
    }
}

@Suite struct EngineNotificationTests {
    @Test(.timeLimit(.minutes(1)))
    func `what is told on commit is heard, and what is rolled back is not`() async throws {
        try await withDatabase(on: .postgres) { database in
            var heard = try #require(database.notifications(on: ["service", "odd \"name\""])).makeAsyncIterator()
            #expect(await heard.next() == .listening)
            try? await database.write { session in
                try session.notify("service", "never")
                throw Oops()
            }
            try await database.write { session in
                try session.notify("other", "not listened to")
                try session.notify("service", "id=1 🏭")
                try session.notify("odd \"name\"", "")
            }
            #expect(await heard.next() == .told(channel: "service", payload: "id=1 🏭"))
            #expect(await heard.next() == .told(channel: "odd \"name\"", payload: ""))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a lost listener listens again and says so`() async throws {
        try await withDatabase(on: .postgres) { database in
            var heard = try #require(database.notifications(on: ["service"])).makeAsyncIterator()
            #expect(await heard.next() == .listening)
            let killed = try await database.read { session in
                try session.query(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND query LIKE 'LISTEN%'
                    """
                ).count
            }
            #expect(killed == 1)
            #expect(await heard.next() == .listening)
            try await database.write { try $0.notify("service", "again") }
            #expect(await heard.next() == .told(channel: "service", payload: "again"))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a cancelled listener ends`() async throws {
        try await withDatabase(on: .postgres) { database in
            let listener = try #require(database.notifications(on: ["service"]))
            let listening = Event()
            let task = Task {
                var count = 0
                for await notification in listener {
                    count += 1
                    if notification == .listening { listening.happen() }
                }
                return count
            }
            await listening.wait()
            task.cancel()
            #expect(await task.value == 1)
        }
    }

    @Test func `SQLite tells nobody`() async throws {
        try await withDatabase(on: .sqlite) { database in
            #expect(database.notifications(on: ["service"]) == nil)
            try await database.write { try $0.notify("service", "x") }
        }
    }
}
