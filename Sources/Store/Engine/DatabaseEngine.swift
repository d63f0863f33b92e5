/// What SQLite and PostgreSQL do differently: connections and transactions.
protocol DatabaseEngine: Sendable {
    var dialect: SQLDialect { get }

    /// A snapshot that nothing can be written to.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result

    func write<Result: Sendable>(
        isolation: Isolation, _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result

    /// A transaction for changing the schema; other processes that want the same wait until it ended.
    func migrate<Result: Sendable>(
        _ body: @escaping @Sendable (any ScriptSession) throws -> Result
    ) async throws -> Result

    func close() async
}

/// What a writing transaction sees of the others (PostgreSQL; SQLite has one writer at a time).
package enum Isolation: Sendable {
    /// Every statement sees what is committed when it starts: lock what is read to be changed with
    /// `SQLDialect.forUpdate` or `SQLSession.lock`.
    case readCommitted
    /// As if alone; transactions that get in each other's way are run again.
    case serializable
}
