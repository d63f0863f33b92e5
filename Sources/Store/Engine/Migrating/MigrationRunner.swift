import Fleet
import Foundation
import Logging

/// Brings the schema up to date: each migration once, in order, in a transaction of its own.
struct MigrationRunner: Sendable {
    let engine: any DatabaseEngine
    let logger: Logger

    /// - Throws: `StoreError` of kind `.migration` when what was applied does not fit the folder; otherwise what the
    ///   failing migration threw, with its name in front.
    func run(_ folder: URL) async throws {
        let migrations = try Migration.all(in: folder, for: engine.dialect)
        let applied = try await engine.migrate { session in
            try session.run(script: Self.ledger)
            return try Self.applied(session)
        }
        let history = MigrationHistory(migrations: migrations)
        for migration in try history.pending(after: applied) {
            try await apply(migration)
        }
    }

    /// Kept in both engines' common words; `TEXT` is never compared here.
    private static let ledger = """
        CREATE TABLE IF NOT EXISTS schema_migration (
            number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)
        """

    private static func applied(_ session: any SQLSession) throws -> [AppliedMigration] {
        try session.query("SELECT number, name, checksum FROM schema_migration ORDER BY number").map {
            AppliedMigration(number: try $0.integer(0), name: try $0.text(1), checksum: try $0.text(2))
        }
    }

    private func apply(_ migration: Migration) async throws {
        let now = Timestamp(Date())
        do {
            let ran = try await engine.migrate { session in
                // Another process may have been faster.
                if try Self.applied(session).contains(where: { $0.number == migration.number }) { return false }
                for statement in migration.statements(for: session.dialect) { try session.run(script: statement) }
                try session.execute(
                    "INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
                    [migration.number, migration.name, migration.checksum, now.milliseconds])
                return true
            }
            if ran { logger.info("migration applied", metadata: ["name": "\(migration.name)"]) }
        } catch let error as StoreError {
            throw StoreError(
                .migration, "Migration \(migration.number) (\(migration.name)) failed: \(error.message)", cause: error)
        }
    }
}

/// A row of `schema_migration`.
struct AppliedMigration: Sendable, Equatable {
    let number: Int64
    let name: String
    let checksum: String
}

/// Compares what a program brings with what a database has seen.
struct MigrationHistory {
    let migrations: [Migration]

    /// - Throws: `StoreError` of kind `.migration` when the database was made by a newer program, or a migration was
    ///   edited or slipped in after it had its turn.
    func pending(after applied: [AppliedMigration]) throws -> [Migration] {
        for entry in applied {
            guard let migration = migrations.first(where: { $0.number == entry.number }) else {
                throw StoreError(
                    .migration,
                    """
                    The database has migration \(entry.number) (\(entry.name)), which this program does not know: \
                    start the version that made it, or a newer one.
                    """)
            }
            guard migration.checksum == entry.checksum else {
                throw StoreError(
                    .migration,
                    """
                    Migration \(entry.number) (\(entry.name)) was changed after the database had applied it: restore \
                    the file, and put the change into a new migration.
                    """)
            }
        }
        let newest = applied.last?.number ?? 0
        let known = Set(applied.map(\.number))
        let pending = migrations.filter { !known.contains($0.number) }
        if let late = pending.first(where: { $0.number < newest }) {
            throw StoreError(
                .migration,
                """
                Migration \(late.number) (\(late.name)) comes before number \(newest), which the database has \
                already: give it a higher number.
                """)
        }
        return pending
    }
}
