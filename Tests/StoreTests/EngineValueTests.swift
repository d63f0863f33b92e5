import Store
import TestSupport
import Testing

@Suite struct EngineValueTests {
    @Test(arguments: TestEngine.allCases)
    func `values of every type come back as they went in`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            let names = [
                "", "plain", "naïve 日本語 🏭", "it's \"quoted\" \\ {a,b} NULL\n\t?",
                String(repeating: "x", count: 100_000),
            ]
            let ids = [Int64.min, -1, 0, 1, Int64.max]
            let sizes = [0, 0.1, 1e-300, 1.7976931348623157e308, 2.2250738585072014e-308]
            for index in names.indices {
                try await database.write { session in
                    try session.execute(
                        "INSERT INTO thing (id, name, size) VALUES (?, ?, ?)",
                        [ids[index], names[index], sizes[index]])
                }
            }
            let rows = try await database.read { try $0.query("SELECT id, name, size FROM thing ORDER BY id") }
            #expect(try rows.map { try $0.integer(0) } == ids)
            #expect(try rows.map { try $0.text(1) } == names)
            #expect(try rows.map { try $0.real(2) } == sizes)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `NULL comes back as nil and is not a value`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            try await database.insertThing(1)
            let row = try #require(try await database.read { try $0.queryFirst("SELECT id, name, size FROM thing") })
            #expect(try row.isNull(1))
            #expect(try row.textOrNil(1) == nil)
            #expect(try row.realOrNil(2) == nil)
            #expect(try row.integerOrNil(1) == nil)
            let error = try #require(throws: StoreError.self) { try row.text(1) }
            #expect(error.kind == .corrupt)
            #expect(error.message.contains("name"))
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a NULL stands wherever a value may`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            try await database.insertThing(1, "a", 1)
            let sql =
                "SELECT id FROM thing WHERE (? IS NULL OR name = ?) AND (? IS NULL OR id = ?) AND COALESCE(?, 1) = 1"
            let nobody: String? = nil
            let all = try await database.read { try $0.query(sql, [nobody, nobody, Int?.none, Int?.none, Int?.none]) }
            #expect(all.count == 1)
            let none = try await database.read { try $0.query(sql, ["b", "b", 1, 1, 1]) }
            #expect(none.isEmpty)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a value of another type is corrupt and the error names the column`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            let row = try #require(
                try await database.read { try $0.queryFirst("SELECT 'abc' AS label, 7 AS amount, 1.5 AS ratio", []) })
            for (column, read) in [
                ("label", { _ = try row.integer(0) }), ("amount", { _ = try row.text(1) }),
                ("amount", { _ = try row.bool(1) }),
            ] {
                let error = try #require(throws: StoreError.self) { try read() }
                #expect(error.kind == .corrupt)
                #expect(error.message.contains(column))
            }
            #expect(throws: StoreError.self) { try row.text(3) }
            #expect(try row.real(1) == 7)
            #expect(try row.real(2) == 1.5)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `sums, counts, comparisons and averages are numbers on both engines`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            for id in 1...3 { try await database.insertThing(id, "thing \(id)", Double(id)) }
            let row = try #require(
                try await database.read {
                    try $0.queryFirst(
                        "SELECT SUM(id), COUNT(*), MAX(id) > 2, AVG(id), SUM(size), MIN(id) > 2 FROM thing")
                })
            #expect(try row.integer(0) == 6)
            #expect(try row.int(1) == 3)
            #expect(try row.bool(2))
            #expect(try row.real(3) == 2)
            #expect(try row.real(4) == 6)
            #expect(try !row.bool(5))
        }
    }

    enum Colour: String, SQLBindable { case red }
    enum Level: Int, SQLBindable { case high = 3 }

    @Test(arguments: TestEngine.allCases)
    func `enums, booleans and optionals are bound by what they stand for`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            let row = try #require(
                try await database.read {
                    try $0.queryFirst(
                        "SELECT ?, ?, ?, ?, ?", [Colour.red, Level.high, true, Optional("x"), SQLValue.null])
                })
            #expect(try row.text(0) == "red")
            #expect(try row.int(1) == 3)
            #expect(try row.bool(2))
            #expect(try row.text(3) == "x")
            #expect(try row.isNull(4))
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `text with a NUL and numbers that are none are refused before they are sent`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            let nul = try await storeError { try await database.insertThing(1, "a\0b") }
            #expect(nul.kind == .invalidText)
            let nan = try await storeError { try await database.insertThing(1, "a", .nan) }
            #expect(nan.kind == .other)
            let bulk = try await storeError {
                _ = try await database.write {
                    try $0.insertRows(into: "thing", columns: ["id", "name"], rows: [[1, "a\0b"]])
                }
            }
            #expect(bulk.kind == .invalidText)
            #expect(try await database.countThings() == 0)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a question mark inside a literal, a name or a comment is no placeholder`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            let sql = """
                SELECT '?', 'it''s ?' AS "a?b", /* ? */ ? -- and this? no
                , '--?' || ?
                """
            let row = try #require(try await database.read { try $0.queryFirst(sql, ["one", "two"]) })
            #expect(try (0..<4).map { try row.text($0) } == ["?", "it's ?", "one", "--?two"])
        }
    }

    @Test(arguments: TestEngine.allCases, [[], ["a", "b"]])
    func `too few or too many values are refused`(engine: TestEngine, values: [String]) async throws {
        try await withDatabase(on: engine) { database in
            let error = try await storeError { _ = try await database.read { try $0.query("SELECT ?", values) } }
            #expect(error.kind == .other)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `execute tells how many rows changed`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            let counts = try await database.write { session in
                [
                    try session.execute("INSERT INTO thing (id) VALUES (1), (2), (3)"),
                    try session.execute("CREATE INDEX thing_by_size ON thing (size)"),
                    try session.execute("UPDATE thing SET size = 1 WHERE id > 1"),
                    try session.execute("SELECT id FROM thing"),
                    try session.execute("INSERT INTO thing (id) VALUES (1), (4) ON CONFLICT DO NOTHING"),
                    try session.execute("DELETE FROM thing WHERE id = 99"),
                    try session.execute("DELETE FROM thing"),
                ]
            }
            #expect(counts == [3, 0, 2, 0, 1, 0, 4])
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `LIKE minds case on both engines`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            let row = try #require(
                try await database.read { try $0.queryFirst("SELECT 'Pump' LIKE 'p%', 'Pump' LIKE ?", ["P%"]) })
            #expect(try !row.bool(0))
            #expect(try row.bool(1))
        }
    }
}
