import GRDB

/// The statements of one transaction on a GRDB connection.
final class SQLiteSession: ScriptSession {
    private let db: GRDB.Database
    /// Set by the first statement that failed outside of a savepoint: PostgreSQL would refuse all that follow.
    private var failure: StoreError?
    private var savepoints = 0

    private init(_ db: GRDB.Database) {
        self.db = db
    }

    static func run<Result>(
        on db: GRDB.Database, _ body: (any ScriptSession) throws -> Result
    ) throws -> Result {
        let session = SQLiteSession(db)
        let result = try body(session)
        try session.checkUsable()
        return result
    }

    var dialect: SQLDialect { .sqlite }

    func query(_ sql: String, _ values: [any SQLBindable]) throws -> [SQLRow] {
        try guarded {
            var rows: [SQLRow] = []
            try fetch(db.cachedStatement(sql: sql), values) { rows.append($0) }
            return rows
        }
    }

    func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int {
        try guarded {
            let before = db.totalChangesCount
            try db.cachedStatement(sql: sql).execute(arguments: arguments(values))
            // `changesCount` keeps the figure of an earlier statement when this one changed nothing by design.
            return db.totalChangesCount == before ? 0 : db.changesCount
        }
    }

    func forEachRow(_ sql: String, _ values: [any SQLBindable], _ body: (SQLRow) throws -> Void) throws {
        // Not the cached statement: the body may run the same SQL.
        let statement = try guarded { try db.makeStatement(sql: sql) }
        var bodyError: (any Error)?
        try guarded {
            try fetch(statement, values) { row in
                do {
                    try body(row)
                } catch {
                    bodyError = error
                    throw error
                }
            }
        } unless: {
            bodyError != nil
        }
    }

    func savepoint<Result>(_ body: () throws -> Result) throws -> Result {
        try checkUsable()
        savepoints += 1
        let name = "savepoint_\(savepoints)"
        try run(script: "SAVEPOINT \(name)")
        do {
            let result = try body()
            try checkUsable()
            try run(script: "RELEASE \(name)")
            return result
        } catch {
            failure = nil
            try run(script: "ROLLBACK TO \(name)")
            try run(script: "RELEASE \(name)")
            throw error
        }
    }

    func run(script statement: String) throws {
        try guarded { try db.execute(sql: statement) }
    }

    private func checkUsable() throws {
        guard let failure else { return }
        throw StoreError(.other, "A statement failed before, and its error was passed over.", cause: failure)
    }

    /// Turns GRDB's errors into ours and remembers them.
    private func guarded<Result>(
        _ body: () throws -> Result, unless isCallers: () -> Bool = { false }
    ) throws -> Result {
        try checkUsable()
        do {
            return try body()
        } catch {
            if isCallers() { throw error }
            let storeError = (error as? DatabaseError).map { StoreError(sqlite: $0, on: db) } ?? error as? StoreError
            failure = storeError
            throw storeError ?? error
        }
    }

    private func fetch(_ statement: Statement, _ values: [any SQLBindable], _ body: (SQLRow) throws -> Void) throws {
        let cursor = try Row.fetchCursor(statement, arguments: arguments(values))
        let names = statement.columnNames
        while let row = try cursor.next() {
            try body(SQLRow(names: names, values: names.indices.map { try Self.value(row[$0]) }))
        }
    }

    private func arguments(_ values: [any SQLBindable]) throws -> StatementArguments {
        var arguments: [DatabaseValue] = []
        arguments.reserveCapacity(values.count)
        for (offset, value) in values.enumerated() {
            let value = value.sqlValue
            try value.check(position: offset + 1)
            switch value {
            case .null: arguments.append(.null)
            case .integer(let number): arguments.append(number.databaseValue)
            case .real(let number): arguments.append(number.databaseValue)
            case .text(let text): arguments.append(text.databaseValue)
            }
        }
        return StatementArguments(arguments)
    }

    private static func value(_ value: DatabaseValue) throws -> SQLValue {
        switch value.storage {
        case .null: .null
        case .int64(let number): .integer(number)
        case .double(let number): .real(number)
        case .string(let text): .text(text)
        case .blob: throw StoreError(.corrupt, "A column holds bytes, which no query of ours stores.")
        }
    }
}
