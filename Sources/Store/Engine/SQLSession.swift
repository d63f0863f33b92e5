/// Statements within one transaction, on the connection's own thread: nothing waits between them.
package protocol SQLSession {
    var dialect: SQLDialect { get }

    /// - Parameter sql: with `?` for each value, whatever the engine.
    func query(_ sql: String, _ values: [any SQLBindable]) throws -> [SQLRow]

    /// - Returns: how many rows changed.
    @discardableResult
    func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int
}

/// Where the engines must differ.
package enum SQLDialect: Sendable, Equatable {
    case sqlite
    case postgres

    /// Ends a SELECT whose rows are to stay as they are until the transaction ends. SQLite has one writer anyway.
    package var forUpdate: String { self == .postgres ? " FOR UPDATE" : "" }
}

extension SQLSession {
    package func queryFirst(_ sql: String, _ values: [any SQLBindable]) throws -> SQLRow? {
        try query(sql, values).first
    }

    /// Inserts rows, many with one statement.
    /// - Parameter suffix: stands behind the values: `ON CONFLICT DO NOTHING`.
    /// - Returns: how many rows were inserted.
    @discardableResult
    package func insertRows(
        into table: String, columns: [String], rows: [[SQLValue]], suffix: String = ""
    ) throws -> Int {
        // SQLite takes 32,766 values a statement, PostgreSQL 65,535; about 2,000 is where both are fastest.
        let rowsAtOnce = max(1, 2000 / columns.count)
        let tuple = "(" + placeholders(columns.count) + ")"
        var inserted = 0
        for start in stride(from: 0, to: rows.count, by: rowsAtOnce) {
            let part = rows[start..<min(start + rowsAtOnce, rows.count)]
            let tuples = Array(repeating: tuple, count: part.count).joined(separator: ", ")
            inserted += try execute(
                "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES \(tuples) \(suffix)",
                part.flatMap { $0 })
        }
        return inserted
    }
}

/// What an engine does with transactions; the rest of the store is the same for both.
protocol SQLEngine: Sendable {
    var dialect: SQLDialect { get }

    func read<Value: Sendable>(_ body: @Sendable @escaping (any SQLSession) throws -> Value) async throws -> Value
    func write<Value: Sendable>(_ body: @Sendable @escaping (any SQLSession) throws -> Value) async throws -> Value
    func close() async
}
