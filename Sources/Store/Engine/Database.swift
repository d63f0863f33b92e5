package import Logging
import Foundation

/// Where the data is.
package enum DatabaseLocation: Sendable, Equatable {
    case sqlite(path: String)
    case postgres(url: String)

    /// - Throws: `StoreError` when `text` is neither `sqlite:PATH` nor `postgres://...`.
    package init(_ text: String) throws {
        if text.hasPrefix("sqlite:"), text.count > 7 {
            self = .sqlite(path: String(text.dropFirst(7)))
        } else if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            self = .postgres(url: text)
        } else {
            throw StoreError(.other, "the database must be given as sqlite:PATH or postgres://user@host/name")
        }
    }
}

extension DatabaseLocation: CustomStringConvertible {
    /// Without the password.
    package var description: String {
        switch self {
        case .sqlite(let path): return "SQLite at \(path)"
        case .postgres(let url):
            guard var parts = URLComponents(string: url) else { return "PostgreSQL" }
            parts.password = nil
            parts.query = nil
            return "PostgreSQL at \(parts.string ?? "an unreadable address")"
        }
    }
}

/// The store: transactions on whichever engine was chosen.
package struct Database: Sendable {
    private let engine: any SQLEngine
    package var dialect: SQLDialect { engine.dialect }

    /// Opens the database and brings its schema to this version.
    /// - Parameter connections: for PostgreSQL, the most that are open at once.
    /// - Throws: `StoreError`.
    package static func open(
        _ location: DatabaseLocation, connections: Int = 8, logger: Logger
    ) async throws -> Database {
        let database: Database
        switch location {
        case .sqlite(let path):
            database = Database(engine: try await SQLiteEngine(path: path))
        case .postgres(let url):
            database = Database(engine: try await PostgresEngine(url: url, connections: connections))
        }
        do {
            let applied = try await Migrator.migrate(database, Migrator.shippedMigrations())
            if !applied.isEmpty {
                logger.info("brought the schema up to date", metadata: ["migrations": "\(applied.joined(separator: ", "))"])
            }
        } catch {
            await database.close()
            throw error
        }
        return database
    }

    init(engine: any SQLEngine) {
        self.engine = engine
    }

    /// Reads one consistent state; changes are refused.
    package func read<Value: Sendable>(
        _ body: @Sendable @escaping (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await engine.read(body)
    }

    /// One transaction: commits when `body` returns, rolls back when it throws.
    ///
    /// `body` may run more than once when another transaction was in the way, so it must do nothing but talk to the
    /// session.
    package func write<Value: Sendable>(
        _ body: @Sendable @escaping (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await engine.write(body)
    }

    package func close() async { await engine.close() }
}
