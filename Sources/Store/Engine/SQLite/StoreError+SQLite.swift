import Foundation
import GRDB

extension StoreError {
    /// `doing` is a sentence without its full stop, to which the cause is put.
    init(sqlite error: any Error, doing: String) {
        guard let error = error as? DatabaseError else {
            self = error as? StoreError ?? StoreError(.unavailable, "\(doing).", cause: error)
            return
        }
        let text = "\(doing): \(error.message ?? "SQLite error \(error.extendedResultCode.rawValue)")"
        switch error.resultCode {
        case .SQLITE_CONSTRAINT where error.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY:
            self.init(.foreignKeyViolation, text)
        case .SQLITE_CONSTRAINT:
            self.init(.checkViolation, text)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.busy, text, isTransient: true)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(.corrupt, text)
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_NOMEM:
            self.init(.unavailable, text)
        default:
            self.init(.other, text)
        }
    }

    /// For a statement that failed on this connection, which is asked for the names of its indexes.
    init(sqlite error: DatabaseError, on db: GRDB.Database) {
        let doing = "The statement failed"
        switch error.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID:
            let names = UniqueConstraintNames(error.message ?? "", db).names
            self.init(uniqueViolationOf: names, "\(doing): \(error.message ?? "not unique")")
        default:
            self.init(sqlite: error, doing: doing)
        }
    }
}

/// Finds the unique index that SQLite means by "UNIQUE constraint failed: service.project_id, service.name".
private struct UniqueConstraintNames {
    private(set) var names: [String] = []

    init(_ message: String, _ db: GRDB.Database) {
        guard let colon = message.range(of: "failed: ") else { return }
        let subject = String(message[colon.upperBound...])
        if subject.hasPrefix("index '"), subject.hasSuffix("'") {
            // An index over expressions is named.
            names = [String(subject.dropFirst("index '".count).dropLast())]
            return
        }
        let columns = subject.components(separatedBy: ", ").map { column in
            column.split(separator: ".", maxSplits: 1).map(String.init)
        }
        guard let table = columns.first?.first, columns.allSatisfy({ $0.count == 2 && $0[0] == table }) else { return }
        // The statement failed alone, the connection is sound; without an answer the columns still serve as a name.
        names = ((try? Self.indexes(of: table, over: columns.map { $0[1] }, db)) ?? []) + [subject]
    }

    private static func indexes(of table: String, over columns: [String], _ db: GRDB.Database) throws -> [String] {
        let indexes = try Row.fetchAll(
            db, sql: #"SELECT name, origin FROM pragma_index_list(?) WHERE "unique" = 1"#, arguments: [table])
        var names: [String] = []
        for index in indexes {
            let name: String = index[0]
            let origin: String = index[1]
            let over = try String?.fetchAll(
                db, sql: "SELECT name FROM pragma_index_info(?) ORDER BY seqno", arguments: [name])
            guard over == columns else { continue }
            switch origin {
            case "pk": names.append("\(table)_pkey")
            case "u": names.append("\(table)_\(columns.joined(separator: "_"))_key")
            default: names.append(name)
            }
        }
        // The key of a table whose primary key is the row's number has no index of its own.
        return names.isEmpty && columns.count == 1 ? ["\(table)_pkey"] : names
    }
}
