import Store
import TestSupport
import Testing

@Suite struct EngineErrorTests {
    /// Unique in every way there is, and a reference.
    private func makeTables(_ database: Database) async throws {
        try await database.write { session in
            try session.execute(
                """
                CREATE TABLE site (
                    id TEXT NOT NULL, region TEXT NOT NULL, code BIGINT UNIQUE, label TEXT NOT NULL,
                    PRIMARY KEY (region, id))
                """)
            try session.execute("CREATE UNIQUE INDEX site_label ON site (region, label)")
            try session.execute("CREATE UNIQUE INDEX site_folded ON site (LOWER(label))")
            try session.execute("CREATE UNIQUE INDEX site_early ON site (label) WHERE code < 100")
            try session.execute(
                """
                CREATE TABLE pump (
                    id BIGINT PRIMARY KEY, region TEXT, site TEXT, speed BIGINT NOT NULL CHECK (speed > 0),
                    FOREIGN KEY (region, site) REFERENCES site (region, id))
                """)
            try session.execute("INSERT INTO site VALUES ('a', 'north', 1, 'Alpha')")
        }
    }

    @Test(
        arguments: TestEngine.allCases,
        [
            ("'a', 'north', 2, 'Beta'", "site_pkey"), ("'b', 'south', 1, 'Beta'", "site_code_key"),
            ("'b', 'south', 200, 'alpha'", "site_folded"),
        ])
    func `a violated unique index is known by its name`(engine: TestEngine, _ row: (values: String, name: String))
        async throws
    {
        try await withDatabase(on: engine) { database in
            try await makeTables(database)
            let error = try await storeError {
                _ = try await database.write { try $0.execute("INSERT INTO site VALUES (\(row.values))") }
            }
            #expect(error.violates(row.name))
            #expect(error.kind == .uniqueViolation(constraint: row.name))
            #expect(!error.violates("site_label"))
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `violations are told apart by kind`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await makeTables(database)
            let failing: [(String, StoreError.Kind)] = [
                ("INSERT INTO pump VALUES (1, 'north', 'nowhere', 1)", .foreignKeyViolation),
                ("INSERT INTO pump VALUES (1, 'north', 'a', 0)", .checkViolation),
                ("INSERT INTO pump VALUES (1, 'north', 'a', NULL)", .checkViolation),
                ("INSERT INTO nothing VALUES (1)", .other),
                ("SELEKT 1", .other),
            ]
            for (sql, kind) in failing {
                let error = try await storeError { _ = try await database.write { try $0.execute(sql) } }
                #expect(error.kind == kind, "\(sql): \(error)")
            }
            try await database.write { try $0.execute("INSERT INTO pump VALUES (1, 'north', 'a', 1)") }
            let inUse = try await storeError { _ = try await database.write { try $0.execute("DELETE FROM site") } }
            #expect(inUse.kind == .foreignKeyViolation)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `an error that was caught still undoes the transaction`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            let error = try await storeError {
                try await database.write { session in
                    try session.execute("INSERT INTO thing (id) VALUES (1)")
                    _ = try? session.execute("INSERT INTO thing (id) VALUES (1)")
                }
            }
            #expect(error.kind == .other)
            let next = try await storeError {
                try await database.write { session in
                    _ = try? session.execute("INSERT INTO nothing VALUES (1)")
                    try session.execute("INSERT INTO thing (id) VALUES (2)")
                }
            }
            #expect(next.kind == .other)
            #expect(try await database.countThings() == 0)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `an error inside a savepoint undoes the savepoint only`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            try await database.write { session in
                try session.execute("INSERT INTO thing (id, name) VALUES (1, 'a')")
                do {
                    try session.savepoint {
                        try session.execute("INSERT INTO thing (id, name) VALUES (2, 'b')")
                        try session.execute("INSERT INTO thing (id, name) VALUES (3, 'a')")
                    }
                    Issue.record("The name was taken twice.")
                } catch let error as StoreError where error.violates("thing_name") {}
                try session.savepoint {
                    try session.execute("INSERT INTO thing (id, name) VALUES (4, 'd')")
                    #expect(throws: Oops.self) {
                        try session.savepoint {
                            try session.execute("INSERT INTO thing (id, name) VALUES (5, 'e')")
                            throw Oops()
                        }
                    }
                }
            }
            let ids = try await database.read { try $0.query("SELECT id FROM thing ORDER BY id").map { try $0.int(0) } }
            #expect(ids == [1, 4])
        }
    }
}
