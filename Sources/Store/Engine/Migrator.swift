import Fleet
import Foundation

/// One numbered step of the schema.
struct Migration: Equatable {
    let number: Int
    let name: String
    let sql: String

    /// FNV-1a, 64 bit, in hex: enough to notice that a landed file was edited.
    var checksum: String {
        let hash = sql.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}

/// Brings the schema to this version; see Migrations/README.md.
enum Migrator {
    /// The migrations in this build, found by listing their folder.
    static func shippedMigrations() throws -> [Migration] {
        guard let folder = Bundle.module.url(forResource: "Migrations", withExtension: nil) else {
            throw StoreError(.migration, "the folder of migrations is missing beside the program")
        }
        return try migrations(in: folder)
    }

    static func migrations(in folder: URL) throws -> [Migration] {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "sql" }
        let migrations = try files.map { file in
            let name = file.deletingPathExtension().lastPathComponent
            guard let number = Int(name.prefix { $0 != "-" }) else {
                throw StoreError(.migration, "the migration \(name) has no number")
            }
            return Migration(number: number, name: name, sql: try String(contentsOf: file, encoding: .utf8))
        }.sorted { $0.number < $1.number }
        for (index, migration) in migrations.enumerated() where migration.number != index + 1 {
            throw StoreError(.migration, "the migration \(migration.name) should have the number \(index + 1)")
        }
        return migrations
    }

    /// - Returns: names of those that were applied now.
    static func migrate(_ database: Database, _ migrations: [Migration]) async throws -> [String] {
        try await database.write { session in
            try lock(session)
            try session.execute(
                """
                CREATE TABLE IF NOT EXISTS schema_migration (
                    number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,
                    applied_at BIGINT NOT NULL)
                """, [])
            let applied = try session.query(
                "SELECT number, name, checksum FROM schema_migration ORDER BY number", [])
            try check(applied, against: migrations)
            let missing = migrations.dropFirst(applied.count)
            for migration in missing { try apply(migration, session) }
            return missing.map(\.name)
        }
    }

    /// Two processes that start together on one PostgreSQL must not both migrate. SQLite's writer is alone as it is.
    private static func lock(_ session: any SQLSession) throws {
        guard session.dialect == .postgres else { return }
        _ = try session.query("SELECT pg_advisory_xact_lock(?)", [migrationLock])
    }

    private static let migrationLock: Int64 = 0x4564_6765_7772

    private static func check(_ applied: [SQLRow], against migrations: [Migration]) throws {
        for (index, row) in applied.enumerated() {
            let name = try row.text(1)
            guard index < migrations.count, try row.int(0) == migrations[index].number else {
                throw StoreError(
                    .migration, "the database has the migration \(name), which this version of Edgewright does not know")
            }
            guard try row.text(2) == migrations[index].checksum else {
                throw StoreError(.migration, "the migration \(name) was changed after it had been applied")
            }
        }
    }

    private static func apply(_ migration: Migration, _ session: any SQLSession) throws {
        do {
            for statement in SQLText.statements(migration.sql) {
                try session.execute(session.dialect == .postgres ? SQLText.withByteOrder(statement) : statement, [])
            }
        } catch {
            throw StoreError(.migration, "the migration \(migration.name) failed", cause: error)
        }
        try session.execute(
            "INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
            [migration.number, migration.name, migration.checksum, Timestamp(Date()).milliseconds])
    }
}
