import Store
import TestSupport
import Testing

@Suite struct EngineBulkTests {
    @Test(arguments: TestEngine.allCases)
    func `ten thousand rows are inserted at once`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            let count = 10_007
            let changed = try await database.write { session in
                try session.insertRows(
                    into: "thing", columns: ["id", "name", "size"],
                    rows: (1...count).map { [.integer(Int64($0)), .text("thing \($0)"), .real(Double($0) / 2)] })
            }
            #expect(changed == count)
            let row = try #require(
                try await database.read {
                    try $0.queryFirst("SELECT COUNT(*), SUM(id), SUM(size), COUNT(DISTINCT name) FROM thing")
                })
            #expect(try row.int(0) == count)
            #expect(try row.int(1) == count * (count + 1) / 2)
            #expect(try row.real(2) == Double(count * (count + 1)) / 4)
            #expect(try row.int(3) == count)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `rows keep NULLs and every character`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            let names: [SQLValue] = [
                nil, "", "NULL", "{a,\"b\"}", "back\\slash \\\" '", "日本語 🏭", " spaces ", "line\r\nbreak", nil,
            ]
            try await database.write { session in
                try session.insertRows(
                    into: "thing", columns: ["id", "name", "size"],
                    rows: names.enumerated().map { [.integer(Int64($0.offset)), $0.element, .null] })
            }
            let rows = try await database.read { try $0.query("SELECT name, size FROM thing ORDER BY id") }
            #expect(try rows.map { try $0.value(0) } == names)
            #expect(try rows.allSatisfy { try $0.isNull(1) })
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a suffix decides about rows that are there already`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            try await database.insertThing(1, "old")
            let rows: [[SQLValue]] = [[1, "new"], [2, "two"]]
            let (added, updated) = try await database.write { session in
                (
                    try session.insertRows(
                        into: "thing", columns: ["id", "name"], rows: rows, suffix: "ON CONFLICT DO NOTHING"),
                    try session.insertRows(
                        into: "thing", columns: ["id", "name"], rows: rows,
                        suffix: "ON CONFLICT (id) DO UPDATE SET name = excluded.name")
                )
            }
            #expect((added, updated) == (1, 2))
            let names = try await database.read {
                try $0.query("SELECT name FROM thing ORDER BY id").map { try $0.text(0) }
            }
            #expect(names == ["new", "two"])
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `no rows, all NULLs and rows of the wrong width are dealt with`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.write { session in
                try session.execute("CREATE TABLE empty (a BIGINT, b TEXT)")
                #expect(try session.insertRows(into: "empty", columns: ["a", "b"], rows: []) == 0)
                #expect(
                    try session.insertRows(into: "empty", columns: ["a", "b"], rows: [[nil, nil], [nil, nil]]) == 2)
            }
            let error = try await storeError {
                try await database.write { _ = try $0.insertRows(into: "empty", columns: ["a", "b"], rows: [[1]]) }
            }
            #expect(error.kind == .other)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `rows are handed out one by one, and other statements may run meanwhile`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            let ids = try await database.write { session in
                try session.insertRows(into: "thing", columns: ["id"], rows: (1...2345).map { [.integer($0)] })
                var ids: [Int] = []
                let sql = "SELECT id FROM thing WHERE id > ? ORDER BY id"
                try session.forEachRow(sql, [5]) { row in
                    let id = try row.int(0)
                    if id % 500 == 0 {
                        let next = try session.queryFirst(sql + " LIMIT 1", [id])
                        #expect(try next?.int(0) == id + 1)
                        try session.forEachRow(sql, [2343]) { ids.append(-(try $0.int(0))) }
                    }
                    ids.append(id)
                }
                return ids
            }
            #expect(ids.filter { $0 > 0 } == Array(6...2345))
            #expect(ids.filter { $0 < 0 } == Array(repeating: [-2344, -2345], count: 4).flatMap { $0 })
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `reading rows can be broken off, and the transaction goes on`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            try await database.makeThings()
            let seen = Counter()
            try await database.write { session in
                try session.insertRows(into: "thing", columns: ["id"], rows: (1...2000).map { [.integer($0)] })
                for _ in 0..<2 {
                    #expect(throws: Oops.self) {
                        try session.forEachRow("SELECT id FROM thing ORDER BY id", []) { _ in
                            if seen.increment() % 700 == 0 { throw Oops() }
                        }
                    }
                }
                try session.execute("DELETE FROM thing WHERE id > 10")
            }
            #expect(seen.value == 1400)
            #expect(try await database.countThings() == 10)
        }
    }
}
