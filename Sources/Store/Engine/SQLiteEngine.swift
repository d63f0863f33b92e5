import Foundation
import GRDB

/// SQLite through GRDB: one writer, several readers, write-ahead log.
struct SQLiteEngine: SQLEngine {
    private let pool: DatabasePool
    let dialect = SQLDialect.sqlite

    init(path: String) async throws {
        do {
            let folder = URL(filePath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            if !FileManager.default.fileExists(atPath: path) {
                // What it could not make, opening it will name.
                _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            }
            pool = try DatabasePool(path: path, configuration: Self.configuration)
            // GRDB sets NORMAL when it turns the write-ahead log on, after `prepareDatabase`; an acknowledged change
            // must outlive a power cut.
            try await pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        } catch {
            throw StoreError(.unavailable, "the SQLite database \(path) can't be opened", cause: error)
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536;
                    PRAGMA mmap_size = 268435456
                    """)
        }
        return configuration
    }

    func read<Value: Sendable>(_ body: @Sendable @escaping (any SQLSession) throws -> Value) async throws -> Value {
        try await pool.read { database in try body(SQLiteSession(database: database)) }
    }

    func write<Value: Sendable>(_ body: @Sendable @escaping (any SQLSession) throws -> Value) async throws -> Value {
        try await pool.write { database in try body(SQLiteSession(database: database)) }
    }

    func close() async {
        try? await pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA optimize") }
        try? pool.close()
    }
}

private struct SQLiteSession: SQLSession {
    let database: GRDB.Database
    var dialect: SQLDialect { .sqlite }

    func query(_ sql: String, _ values: [any SQLBindable]) throws -> [SQLRow] {
        try translatingErrors {
            let statement = try database.cachedStatement(sql: sql)
            let cursor = try Row.fetchCursor(statement, arguments: arguments(values))
            var rows: [SQLRow] = []
            while let row = try cursor.next() {
                rows.append(SQLRow(values: (0..<row.count).map { value(row, $0) }))
            }
            return rows
        }
    }

    func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int {
        try translatingErrors {
            try database.cachedStatement(sql: sql).execute(arguments: arguments(values))
            return database.changesCount
        }
    }

    private func arguments(_ values: [any SQLBindable]) throws -> StatementArguments {
        StatementArguments(
            try values.map { value -> DatabaseValue in
                switch value.sqlValue {
                case .null: return .null
                case .integer(let number): return number.databaseValue
                case .real(let number): return number.databaseValue
                case .text(let text):
                    try refuseNul(text)
                    return text.databaseValue
                }
            })
    }

    private func value(_ row: Row, _ column: Int) -> SQLValue {
        let value: DatabaseValue = row[column]
        switch value.storage {
        case .null, .blob: return .null
        case .int64(let number): return .integer(number)
        case .double(let number): return .real(number)
        case .string(let text): return .text(text)
        }
    }

    private func translatingErrors<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw StoreError(kind(of: error), "SQLite: \(error.message ?? "error \(error.resultCode.rawValue)")", cause: error)
        }
    }

    private func kind(of error: DatabaseError) -> StoreError.Kind {
        switch error.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY:
            return .uniqueViolation(index: violatedIndex(error.message ?? ""))
        case .SQLITE_CONSTRAINT_FOREIGNKEY: return .foreignKeyViolation
        case .SQLITE_CONSTRAINT_CHECK, .SQLITE_CONSTRAINT_NOTNULL: return .checkViolation
        default: break
        }
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: return .busy
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY: return .unavailable
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return .corrupt
        default: return .other
        }
    }

    /// SQLite names the columns ("UNIQUE constraint failed: tag.project_id, tag.name"), we want the index.
    private func violatedIndex(_ message: String) -> String {
        guard let list = message.split(separator: ": ", maxSplits: 1).last else { return "" }
        let columns = list.split(separator: ", ").map { $0.split(separator: ".").last.map(String.init) ?? "" }
        guard let table = list.split(separator: ".").first.map(String.init),
            let indexes = try? database.indexes(on: table)
        else { return "" }
        return indexes.first { $0.isUnique && $0.columns == columns }?.name ?? ""
    }
}

/// Neither engine keeps a NUL inside text as one would think, so no text with one goes in.
func refuseNul(_ text: String) throws {
    guard !text.utf8.contains(0) else { throw StoreError(.invalidText, "text must not contain the NUL character") }
}
