/// The statements of one transaction on a PostgreSQL connection.
final class PostgresSession: ScriptSession {
    /// Rows a cursor fetches at once: two round trips a thousand rows, some hundred kilobytes.
    private static let rowsAtOnce = 500

    private let link: PostgresLink
    private var savepoints = 0
    private var cursors = 0

    init(_ link: PostgresLink) {
        self.link = link
    }

    var dialect: SQLDialect { .postgres }

    func query(_ sql: String, _ values: [any SQLBindable]) throws -> [SQLRow] {
        try checkUsable()
        return try link.run(sql, values).rows()
    }

    func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int {
        try checkUsable()
        return try link.run(sql, values).rowsChanged
    }

    func forEachRow(_ sql: String, _ values: [any SQLBindable], _ body: (SQLRow) throws -> Void) throws {
        try checkUsable()
        cursors += 1
        let name = "cursor_\(cursors)"
        try link.runOnce("DECLARE \(name) NO SCROLL CURSOR FOR \(sql)", values)
        // Closed also when the body throws, for it may be caught and the transaction go on.
        defer { if !link.isLost, !link.hasFailedTransaction { try? link.run(command: "CLOSE \(name)") } }
        let fetch = "FETCH FORWARD \(Self.rowsAtOnce) FROM \(name)"
        while true {
            let answer = try link.runOnce(fetch, [])
            for row in try answer.rows() { try body(row) }
            if answer.rowCount < Self.rowsAtOnce { return }
        }
    }

    func savepoint<Result>(_ body: () throws -> Result) throws -> Result {
        try checkUsable()
        savepoints += 1
        let name = "savepoint_\(savepoints)"
        try link.run(command: "SAVEPOINT \(name)")
        do {
            let result = try body()
            try checkUsable()
            try link.run(command: "RELEASE \(name)")
            return result
        } catch {
            guard !link.isLost else { throw error }
            try link.run(command: "ROLLBACK TO \(name); RELEASE \(name)")
            throw error
        }
    }

    func run(script statement: String) throws {
        try checkUsable()
        try link.run(command: statement)
    }

    /// - Throws: `CancellationError`, or `StoreError` when a statement has failed, and the transaction with it, though
    ///   the error was caught.
    func checkUsable() throws {
        try Task.checkCancellation()
        guard link.hasFailedTransaction else { return }
        throw StoreError(.other, "A statement failed before, and its error was passed over.")
    }
}
