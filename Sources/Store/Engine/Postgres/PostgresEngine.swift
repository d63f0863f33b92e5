import Logging

/// A server that several processes may share.
struct PostgresEngine: DatabaseEngine {
    private let pool: PostgresPool

    var dialect: SQLDialect { .postgres }

    init(url: String, options: DatabaseOptions, logger: Logger) {
        pool = PostgresPool(PostgresSettings(url: url, options: options), options: options, logger: logger)
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result {
        try await transaction(.read, body)
    }

    func write<Result: Sendable>(
        isolation: Isolation, _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result {
        try await transaction(isolation == .serializable ? .serializable : .readCommitted, body)
    }

    func migrate<Result: Sendable>(
        _ body: @escaping @Sendable (any ScriptSession) throws -> Result
    ) async throws -> Result {
        try await transaction(.migration, body)
    }

    func close() async { await pool.close() }

    private func transaction<Result: Sendable>(
        _ kind: PostgresTransaction, _ body: @escaping @Sendable (any ScriptSession) throws -> Result
    ) async throws -> Result {
        try await pool.withConnection { try await $0.transaction(kind, body) }
    }
}
