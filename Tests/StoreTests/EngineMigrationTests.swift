import Foundation
import Store
import TestSupport
import Testing

@Suite struct EngineMigrationTests {
    private static let first = "CREATE TABLE a (id BIGINT PRIMARY KEY, name TEXT NOT NULL); -- more; to come\n"
    private static let second = "CREATE UNIQUE INDEX a_name ON a (name);\nINSERT INTO a VALUES (1, 'x;y -- z');"

    /// An empty database and a folder for migrations.
    private func withWorld(
        _ engine: TestEngine, _ files: [String: String],
        _ body: (DatabaseLocation, URL) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            for (name, text) in files { try write(text, to: name, in: folder) }
            try await withDatabaseLocation(on: engine, migrated: false) { try await body($0, folder) }
        }
    }

    private func write(_ text: String, to name: String, in folder: URL) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    private func remove(_ name: String, in folder: URL) throws {
        try FileManager.default.removeItem(at: folder.appending(path: name))
    }

    private func open(_ location: DatabaseLocation, _ folder: URL) async throws {
        try await Database.open(location, migrations: folder).close()
    }

    private func failure(_ location: DatabaseLocation, _ folder: URL) async throws -> StoreError {
        let error = try await storeError { try await open(location, folder) }
        #expect(error.kind == .migration)
        return error
    }

    @Test(arguments: TestEngine.allCases)
    func `files are applied in order, once`(engine: TestEngine) async throws {
        try await withWorld(engine, ["0002-b.sql": Self.second, "0001-a.sql": Self.first, "README.md": "x"]) {
            location, folder in
            for _ in 0..<2 {
                let database = try await Database.open(location, migrations: folder)
                let rows = try await database.read { session in
                    try session.query("SELECT number, name, checksum FROM schema_migration ORDER BY number")
                }
                #expect(try rows.map { try $0.int(0) } == [1, 2])
                #expect(try rows.map { try $0.text(1) } == ["a", "b"])
                let names = try await database.read { try $0.query("SELECT name FROM a").map { try $0.text(0) } }
                #expect(names == ["x;y -- z"])
                await database.close()
            }
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a file changed after it was applied stops the start`(engine: TestEngine) async throws {
        try await withWorld(engine, ["0001-a.sql": Self.first]) { location, folder in
            try await open(location, folder)
            try write(Self.first + "\n", to: "0001-a.sql", in: folder)
            #expect(try await failure(location, folder).message.contains("1 (a) was changed"))
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a migration of a newer program stops the start`(engine: TestEngine) async throws {
        try await withWorld(engine, ["0001-a.sql": Self.first, "0002-b.sql": Self.second]) { location, folder in
            try await open(location, folder)
            try remove("0002-b.sql", in: folder)
            #expect(try await failure(location, folder).message.contains("2 (b)"))
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a file slipped in before an applied one stops the start`(engine: TestEngine) async throws {
        try await withWorld(engine, ["0002-b.sql": Self.first]) { location, folder in
            try await open(location, folder)
            try write("CREATE TABLE late (id BIGINT);", to: "0001-late.sql", in: folder)
            #expect(try await failure(location, folder).message.contains("1 (late)"))
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a failing migration leaves nothing behind and is named`(engine: TestEngine) async throws {
        let failing = "CREATE TABLE b (id BIGINT); INSERT INTO nowhere VALUES (1);"
        try await withWorld(engine, ["0001-a.sql": Self.first, "0002-bad.sql": failing]) { location, folder in
            #expect(try await failure(location, folder).message.contains("2 (bad)"))
            try write("CREATE TABLE b (id BIGINT);", to: "0002-bad.sql", in: folder)
            try await open(location, folder)
        }
    }

    @Test(
        arguments: TestEngine.allCases,
        [["1-short.sql"], ["0001-UPPER.sql"], ["0001-a.sql", "0001-b.sql"], ["0001-a.oracle.sql"]])
    func `misnamed files stop the start`(engine: TestEngine, names: [String]) async throws {
        let files = Dictionary(uniqueKeysWithValues: names.map { ($0, "SELECT 1;") })
        try await withWorld(engine, files) { location, folder in _ = try await failure(location, folder) }
    }

    @Test(arguments: TestEngine.allCases)
    func `a file for one engine is not applied to the other`(engine: TestEngine) async throws {
        let files = [
            "0001-a.sqlite.sql": "CREATE TABLE made_for_sqlite (id BIGINT);",
            "0001-a.postgres.sql": "CREATE TABLE made_for_postgres (id BIGINT);",
        ]
        try await withWorld(engine, files) { location, folder in
            let database = try await Database.open(location, migrations: folder)
            let own = "made_for_\(engine)"
            #expect(try await database.read { try $0.query("SELECT id FROM \(own)") }.isEmpty)
            await database.close()
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `processes that start together apply each file once`(engine: TestEngine) async throws {
        try await withWorld(engine, ["0001-a.sql": Self.first, "0002-b.sql": Self.second]) { location, folder in
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 { group.addTask { try await open(location, folder) } }
                try await group.waitForAll()
            }
            let database = try await Database.open(location, migrations: folder)
            #expect(try await database.read { try $0.query("SELECT id FROM a") }.count == 1)
            await database.close()
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `text is sorted and compared by its bytes`(engine: TestEngine) async throws {
        let files = ["0001-a.sql": "CREATE TABLE word (text TEXT PRIMARY KEY, note TEXT NOT NULL DEFAULT 'TEXT');"]
        try await withWorld(engine, files) { location, folder in
            let database = try await Database.open(location, migrations: folder)
            let words = ["a", "b", "A", "B", "_", "Z", "ä", "a b", "ab", "10", "9", "é"]
            try await database.write { session in
                try session.insertRows(into: "word", columns: ["text"], rows: words.map { [.text($0)] })
            }
            let sorted = try await database.read { session in
                try session.query("SELECT text FROM word WHERE text > ? ORDER BY text", ["A"]).map { try $0.text(0) }
            }
            #expect(sorted == ["B", "Z", "_", "a", "a b", "ab", "b", "ä", "é"])
            #expect(try await database.read { try $0.query("SELECT DISTINCT note FROM word")[0].text(0) } == "TEXT")
            await database.close()
        }
    }

    @Test func `a SQLite migration that breaks references is refused`() async throws {
        let files = [
            "0001-a.sql": """
            CREATE TABLE a (id BIGINT PRIMARY KEY);
            CREATE TABLE b (id BIGINT PRIMARY KEY, a BIGINT NOT NULL REFERENCES a (id) ON DELETE CASCADE);
            INSERT INTO a VALUES (1); INSERT INTO b VALUES (1, 1);
            """
        ]
        try await withWorld(.sqlite, files) { location, folder in
            try await open(location, folder)
            try write("DELETE FROM a;", to: "0002-break.sql", in: folder)
            _ = try await failure(location, folder)
            // Rebuilding a table would cascade if foreign keys were on.
            try write(
                """
                CREATE TABLE a2 (id BIGINT PRIMARY KEY, name TEXT); INSERT INTO a2 (id) SELECT id FROM a;
                DROP TABLE a; ALTER TABLE a2 RENAME TO a;
                """, to: "0002-break.sql", in: folder)
            let database = try await Database.open(location, migrations: folder)
            #expect(try await database.read { try $0.query("SELECT id FROM b") }.count == 1)
            await database.close()
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `the schema is the same whichever version one upgrades from`(engine: TestEngine) async throws {
        let shipped = try #require(DatabaseOptions().migrations)
        let names = try FileManager.default.contentsOfDirectory(atPath: shipped.path)
            .filter { $0.hasSuffix(".sql") }.sorted()
        let fresh = try await withDatabase(on: engine) { try await Self.schema(of: $0) }
        #expect(!fresh.isEmpty)
        for count in names.indices {
            try await withWorld(engine, [:]) { location, folder in
                for name in names.prefix(count) {
                    try FileManager.default.copyItem(
                        at: shipped.appending(path: name), to: folder.appending(path: name))
                }
                try await open(location, folder)
                let database = try await Database.open(location, migrations: shipped)
                #expect(try await Self.schema(of: database) == fresh, "from version \(count)")
                await database.close()
            }
        }
    }

    /// Tables, columns, indexes and constraints, in words that are equal when they are.
    private static func schema(of database: Database) async throws -> [String] {
        let sql =
            switch database.dialect {
            case .sqlite: "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') AS line FROM sqlite_schema ORDER BY 1"
            case .postgres:
                """
                SELECT table_name || ' ' || ordinal_position || ' ' || column_name || ' ' || data_type || ' '
                    || is_nullable || ' ' || COALESCE(collation_name, '') || ' ' || COALESCE(column_default, '') AS line
                FROM information_schema.columns WHERE table_schema = 'public'
                UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
                UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
                FROM pg_constraint WHERE connamespace = 'public'::regnamespace
                ORDER BY 1
                """
            }
        return try await database.read { try $0.query(sql).map { try $0.text(0) } }
    }
}
