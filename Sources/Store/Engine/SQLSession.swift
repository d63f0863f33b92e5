/// Statements within one transaction, on the connection's own thread; it must not leave the closure it is given to.
///
/// Placeholders are `?` on both engines. After a statement failed, the transaction can only be rolled back (also if
/// the error was caught), unless the statement ran inside `savepoint`.
package protocol SQLSession: AnyObject {
    var dialect: SQLDialect { get }

    /// Every row of a SELECT, or of a statement with RETURNING.
    func query(_ sql: String, _ values: [any SQLBindable]) throws -> [SQLRow]

    /// - Returns: how many rows the statement inserted, updated or deleted itself, cascades not counted.
    @discardableResult
    func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int

    /// The rows of a SELECT one after the other, few held at a time; the body may run other statements.
    func forEachRow(_ sql: String, _ values: [any SQLBindable], _ body: (SQLRow) throws -> Void) throws

    /// Runs statements whose failure may be caught: if the body throws, only what it did is rolled back.
    func savepoint<Result>(_ body: () throws -> Result) throws -> Result
}

extension SQLSession {
    package func query(_ sql: String) throws -> [SQLRow] { try query(sql, []) }

    @discardableResult
    package func execute(_ sql: String) throws -> Int { try execute(sql, []) }

    /// The first row; the query should have a LIMIT or a unique key, the others are fetched for nothing.
    package func queryFirst(_ sql: String, _ values: [any SQLBindable] = []) throws -> SQLRow? {
        try query(sql, values).first
    }

    /// Holds other writers with the same key back until this transaction ends.
    ///
    /// For checks that no row lock can cover, such as "the last of its kind". SQLite has one writer at a time anyway.
    package func lock(_ key: String) throws {
        guard dialect == .postgres else { return }
        _ = try query("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", [key])
    }

    /// Tells the listeners of the channel, in every process, when this transaction commits; nothing on SQLite.
    ///
    /// - Parameters:
    ///   - channel: see `Database.notifications(on:)`.
    ///   - payload: at most 7,999 bytes.
    /// - Throws: `StoreError`.
    package func notify(_ channel: String, _ payload: String) throws {
        guard dialect.hasNotifications else { return }
        _ = try query("SELECT pg_notify(?, ?)", [channel, payload])
    }
}

/// A session that also runs texts of statements without values, as migrations need.
protocol ScriptSession: SQLSession {
    func run(script statement: String) throws
}
