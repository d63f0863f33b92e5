import Foundation
import GRDB
import Synchronization

/// One file in WAL mode: one writer, several readers beside it.
final class SQLiteEngine: DatabaseEngine {
    private let pool: DatabasePool
    /// `nil` where others may have the file open too, and when it is closed.
    private let lock: Mutex<SQLiteFileLock?>
    private let isClosed = Mutex(false)

    var dialect: SQLDialect { .sqlite }

    static func open(path: String, options: DatabaseOptions) async throws -> SQLiteEngine {
        let lock: SQLiteFileLock?
        do {
            if options.makesMissing {
                try prepareFile(path)
            } else if !FileManager.default.fileExists(atPath: path) {
                throw StoreError(.unavailable, "there is no database \(path)")
            }
            lock = options.isAlone ? try await SQLiteFileLock.wait(for: path) : nil
        } catch {
            throw StoreError(sqlite: error, doing: "The database file \(path) can't be opened")
        }
        return try SQLiteEngine(path: path, lock: lock, options: options)
    }

    private init(path: String, lock: SQLiteFileLock?, options: DatabaseOptions) throws {
        self.lock = Mutex(lock)
        do {
            pool = try DatabasePool(path: path, configuration: Self.configuration(options))
            // GRDB sets NORMAL when it switches to WAL, after `prepareDatabase`; FULL keeps what was acknowledged
            // when the power fails.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        } catch {
            throw StoreError(sqlite: error, doing: "The database file \(path) can't be opened")
        }
    }

    /// Makes the file with its folder, for the owner's eyes only; SQLite gives its side files the same mode.
    private static func prepareFile(_ path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let descriptor = Glibc.open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(.unavailable, "\(path): \(String(cString: strerror(errno)))")
        }
        fchmod(descriptor, 0o600)
        Glibc.close(descriptor)
    }

    private static func configuration(_ options: DatabaseOptions) -> Configuration {
        var configuration = Configuration()
        configuration.label = "store"
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = options.readers
        // Only other processes can hold the file's lock: a backup, `audit verify`.
        configuration.busyMode = .timeout(min(5, options.statementLimit / .seconds(1)))
        configuration.prepareDatabase { db in
            // 8 MB of pages a connection; no mmap, which turns a failing disk into a crash; a WAL that grew in a big
            // import shrinks to 64 MB; LIKE minds case, as on PostgreSQL.
            try db.execute(
                sql: """
                    PRAGMA cache_size = -8192;
                    PRAGMA mmap_size = 0;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA journal_size_limit = 67108864;
                    PRAGMA case_sensitive_like = ON;
                    """)
        }
        return configuration
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result {
        try await translating {
            try await pool.read { db in try SQLiteSession.run(on: db, body) }
        }
    }

    func write<Result: Sendable>(
        isolation: Isolation, _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result {
        try await translating {
            try await pool.writeWithoutTransaction { db in
                try Self.transaction(on: db) { try SQLiteSession.run(on: db, body) }
            }
        }
    }

    /// Foreign keys are off meanwhile, as SQLite demands of migrations that rebuild a table, and checked at the end.
    func migrate<Result: Sendable>(
        _ body: @escaping @Sendable (any ScriptSession) throws -> Result
    ) async throws -> Result {
        try await translating {
            try await pool.barrierWriteWithoutTransaction { db in
                try db.execute(sql: "PRAGMA foreign_keys = OFF")
                let outcome = Swift.Result {
                    try Self.transaction(on: db) {
                        let result = try SQLiteSession.run(on: db, body)
                        try db.checkForeignKeys()
                        return result
                    }
                }
                try db.execute(sql: "PRAGMA foreign_keys = ON")
                return try outcome.get()
            }
        }
    }

    func close() async {
        let wasClosed = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return isClosed
        }
        guard !wasClosed else { return }
        // Keeps the planner's statistics fresh; a failure of it is no reason not to close.
        try? await pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA optimize") }
        try? pool.close()
        lock.withLock { $0 = nil }
    }

    private static func transaction<Result>(on db: GRDB.Database, _ body: () throws -> Result) throws -> Result {
        // IMMEDIATE takes the lock at once: a transaction that reads first and writes later could not be given it
        // any more once another process wrote.
        try db.beginTransaction(.immediate)
        do {
            let result = try body()
            try db.commit()
            return result
        } catch {
            // The first error counts; GRDB has rolled back already where the commit failed.
            if db.isInsideTransaction { try? db.rollback() }
            throw error
        }
    }

    private func translating<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        guard !isClosed.withLock({ $0 }) else { throw StoreError(.unavailable, "The store is closed.") }
        do {
            return try await body()
        } catch let error as DatabaseError {
            throw StoreError(sqlite: error, doing: "The transaction failed")
        }
    }
}
