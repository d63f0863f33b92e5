import Store
import TestSupport
import Testing

@Suite struct EngineTransactionTests {
    @Test(arguments: TestEngine.allCases)
    func `what the body throws undoes all and is thrown on`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            await #expect(throws: Oops()) {
                try await database.write { session in
                    try session.execute("INSERT INTO thing (id) VALUES (1)")
                    throw Oops()
                }
            }
            #expect(try await database.countThings() == 0)
            try await database.insertThing(1)
            #expect(try await database.countThings() == 1)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a reading session refuses to write`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            for sql in ["INSERT INTO thing (id) VALUES (1)", "DROP TABLE thing", "CREATE TABLE other (id BIGINT)"] {
                let error = try await storeError { _ = try await database.read { try $0.execute(sql) } }
                #expect(error.kind == .other, "\(sql): \(error)")
            }
            #expect(try await database.countThings() == 0)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a read sees what is committed and nothing else`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            let (inserted, looked) = (Event(), Event())
            async let writing: Void = database.write { session in
                try session.execute("INSERT INTO thing (id) VALUES (1)")
                inserted.happen()
                looked.waitBlocking()
            }
            await inserted.wait()
            let before = try await database.countThings()
            looked.happen()
            try await writing
            #expect(before == 0)
            #expect(try await database.countThings() == 1)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a read sees one state from its first statement to its last`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            let (counted, changed) = (Event(), Event())
            async let counts = database.read { session in
                let first = try session.query("SELECT COUNT(*) FROM thing")[0].int(0)
                counted.happen()
                changed.waitBlocking()
                return [first, try session.query("SELECT COUNT(*) FROM thing")[0].int(0)]
            }
            await counted.wait()
            try await database.insertThing(1)
            changed.happen()
            #expect(try await counts == [0, 0])
        }
    }

    @Test(arguments: TestEngine.allCases, [Isolation.readCommitted, .serializable])
    func `writers that read first lose no update`(engine: TestEngine, isolation: Isolation) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            try await database.insertThing(1, nil, 0)
            // Serializable transactions find out afterwards and are run again; the more rivals, the more often.
            let (writers, turns) = isolation == .serializable ? (3, 5) : (12, 10)
            try await withThrowingTaskGroup { group in
                for _ in 0..<writers {
                    group.addTask {
                        for _ in 0..<turns { try await Self.increment(database, isolation) }
                    }
                }
                try await group.waitForAll()
            }
            let total = try await database.read { try $0.query("SELECT size FROM thing")[0].real(0) }
            #expect(total == Double(writers * turns))
        }
    }

    private static func increment(_ database: Database, _ isolation: Isolation) async throws {
        try await database.write(isolation: isolation) { session in
            let lock = isolation == .readCommitted ? session.dialect.forUpdate : ""
            let size = try session.query("SELECT size FROM thing WHERE id = 1\(lock)")[0].real(0)
            try session.execute("UPDATE thing SET size = ? WHERE id = 1", [size + 1])
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `serializable writers don't decide on what the other is changing`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            for id in 1...2 { try await database.insertThing(id, "admin \(id)", 1) }
            // Each steps down only if another one stays.
            try await withThrowingTaskGroup { group in
                for id in 1...2 {
                    group.addTask {
                        try await database.write(isolation: .serializable) { session in
                            let active = try session.query("SELECT COUNT(*) FROM thing WHERE size = 1")[0].int(0)
                            if active > 1 { try session.execute("UPDATE thing SET size = 0 WHERE id = ?", [id]) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let left = try await database.read { try $0.query("SELECT COUNT(*) FROM thing WHERE size = 1")[0].int(0) }
            #expect(left == 1)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a lock by key holds others back until the transaction ends`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            try await withThrowingTaskGroup { group in
                for _ in 0..<10 {
                    group.addTask {
                        try await database.write { session in
                            try session.lock("things")
                            let next = try session.query("SELECT COUNT(*) FROM thing")[0].int(0) + 1
                            try session.execute("INSERT INTO thing (id) VALUES (?)", [next])
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.countThings() == 10)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: TestEngine.allCases)
    func `a cancelled task ends its statement and leaves a sound store`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            let started = Event()
            let endless = """
                WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 4000000000)
                SELECT COUNT(*) FROM n
                """
            let task = Task {
                try await database.write { session in
                    try session.execute("INSERT INTO thing (id) VALUES (1)")
                    started.happen()
                    _ = try session.query(endless)
                }
            }
            await started.wait()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await database.countThings() == 0)
            try await database.insertThing(2)
            #expect(try await database.countThings() == 1)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a closed store says that it is unavailable`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            await database.close()
            let error = try await storeError { _ = try await database.read { try $0.query("SELECT 1") } }
            #expect(error.kind == .unavailable)
        }
    }
}
