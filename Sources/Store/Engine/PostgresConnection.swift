import CPQ
import Foundation
import NIOPosix

/// One connection to PostgreSQL.
///
/// `@unchecked Sendable`: `connection` and `prepared` are touched only by work submitted to `thread`, a pool of a
/// single thread, so no two pieces of code ever use them at once; everything else is immutable.
final class PostgresConnection: @unchecked Sendable {
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private var connection: OpaquePointer?
    /// Name of the prepared statement by its text and the types of its values.
    private var prepared: [String: String] = [:]
    /// Statements differ by list lengths too; beyond this many all are forgotten and prepared anew.
    private static let maximumPrepared = 256

    init(url: String) async throws {
        thread.start()
        do {
            try await thread.runIfActive { try self.connect(url) }
        } catch {
            try? await thread.shutdownGracefully()
            throw error
        }
    }

    private func connect(_ url: String) throws {
        let connection = PQconnectdb(url)
        guard let connection, PQstatus(connection) == CONNECTION_OK else {
            let reason = connection.map { String(cString: PQerrorMessage($0)) } ?? "out of memory"
            PQfinish(connection)
            throw StoreError(.unavailable, "PostgreSQL: \(reason.trimmingCharacters(in: .whitespacesAndNewlines))")
        }
        self.connection = connection
        PQsetClientEncoding(connection, "UTF8")
        // The notices of "CREATE TABLE IF NOT EXISTS" and the like are of no interest.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        try run("SET application_name = 'edgewright'")
        try run("SET statement_timeout = '60s'")
        try run("SET idle_in_transaction_session_timeout = '60s'")
    }

    func close() async {
        try? await thread.runIfActive {
            PQfinish(self.connection)
            self.connection = nil
        }
        try? await thread.shutdownGracefully()
    }

    /// Runs `body` in a transaction on the connection's thread.
    func transaction<Value: Sendable>(
        begin: String, _ body: @Sendable @escaping (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await thread.runIfActive {
            try self.run(begin)
            do {
                let value = try body(PostgresSession(connection: self))
                try self.run("COMMIT")
                return value
            } catch {
                // When the connection is gone the server rolls back by itself.
                try? self.run("ROLLBACK")
                throw error
            }
        }
    }

    /// Whether the connection can be used again.
    func isUsable() async -> Bool {
        (try? await thread.runIfActive { self.connection.map { PQstatus($0) == CONNECTION_OK } ?? false }) ?? false
    }

    private func run(_ sql: String) throws {
        guard let connection else { throw StoreError(.unavailable, "PostgreSQL: the connection is closed") }
        let result = PQexec(connection, sql)
        defer { PQclear(result) }
        try check(result)
    }

    /// Only on `thread`.
    fileprivate func run(_ sql: String, _ values: [SQLValue]) throws -> OpaquePointer {
        guard let connection else { throw StoreError(.unavailable, "PostgreSQL: the connection is closed") }
        let name = try prepare(sql, values)
        let texts = try values.map { value -> [CChar]? in
            switch value {
            case .null: return nil
            case .integer(let number): return Array(String(number).utf8CString)
            case .real(let number): return Array("\(number)".utf8CString)
            case .text(let text):
                try refuseNul(text)
                return Array(text.utf8CString)
            }
        }
        let result = withPointers(to: texts) { pointers in
            PQexecPrepared(connection, name, Int32(values.count), pointers, nil, nil, 0)
        }
        do {
            try check(result)
        } catch {
            PQclear(result)
            throw error
        }
        guard let result else { throw StoreError(.unavailable, "PostgreSQL: no result") }
        return result
    }

    private func prepare(_ sql: String, _ values: [SQLValue]) throws -> String {
        let types = values.map(\.postgresType)
        let key = sql + "|" + types.map(String.init).joined(separator: ",")
        if let name = prepared[key] { return name }
        if prepared.count >= Self.maximumPrepared {
            try run("DEALLOCATE ALL")
            prepared.removeAll()
        }
        let name = "s\(prepared.count)"
        let result = PQprepare(
            connection, name, SQLText.numberingPlaceholders(sql), Int32(types.count), types)
        defer { PQclear(result) }
        try check(result)
        prepared[key] = name
        return name
    }

    private func withPointers<Value>(
        to texts: [[CChar]?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value
    ) -> Value {
        // One buffer for all texts, so that every pointer stays valid for the whole call.
        let flat = texts.flatMap { $0 ?? [] }
        return flat.withUnsafeBufferPointer { buffer in
            var offset = 0
            let pointers = texts.map { text -> UnsafePointer<CChar>? in
                guard let text else { return nil }
                defer { offset += text.count }
                return buffer.baseAddress.map { $0 + offset }
            }
            return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }

    private func check(_ result: OpaquePointer?) throws {
        guard let result else {
            throw StoreError(.unavailable, "PostgreSQL: \(String(cString: PQerrorMessage(connection)))")
        }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return
        default: throw error(result)
        }
    }

    private func error(_ result: OpaquePointer) -> StoreError {
        func field(_ code: UInt8) -> String { PQresultErrorField(result, Int32(code)).map { String(cString: $0) } ?? "" }
        let state = field(UInt8(ascii: "C"))
        let message = field(UInt8(ascii: "M"))
        let kind: StoreError.Kind =
            switch state {
            case "23505": .uniqueViolation(index: field(UInt8(ascii: "n")))
            case "23503": .foreignKeyViolation
            case "23514", "23502": .checkViolation
            case "40001", "40P01", "55P03": .busy
            case "": .unavailable
            case _ where state.hasPrefix("08") || state.hasPrefix("57") || state.hasPrefix("53"): .unavailable
            default: .other
            }
        return StoreError(kind, "PostgreSQL: \(message.isEmpty ? String(cString: PQresultErrorMessage(result)) : message) (\(state))")
    }
}

extension SQLValue {
    /// OID of the type a value is sent as; 0 lets the server infer it, which is right for NULL only.
    fileprivate var postgresType: Oid {
        switch self {
        case .null: 0
        case .integer: 20
        case .real: 701
        case .text: 25
        }
    }
}

private struct PostgresSession: SQLSession {
    let connection: PostgresConnection
    var dialect: SQLDialect { .postgres }

    func query(_ sql: String, _ values: [any SQLBindable]) throws -> [SQLRow] {
        let result = try connection.run(sql, values.map(\.sqlValue))
        defer { PQclear(result) }
        let columns = PQnfields(result)
        let types = (0..<columns).map { PQftype(result, $0) }
        return (0..<PQntuples(result)).map { row in
            SQLRow(values: (0..<columns).map { value(result, row, $0, types[Int($0)]) })
        }
    }

    func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int {
        let result = try connection.run(sql, values.map(\.sqlValue))
        defer { PQclear(result) }
        return Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    private func value(_ result: OpaquePointer, _ row: Int32, _ column: Int32, _ type: Oid) -> SQLValue {
        guard PQgetisnull(result, row, column) == 0 else { return .null }
        let text = String(cString: PQgetvalue(result, row, column))
        return switch type {
        case 20, 21, 23: Int64(text).map(SQLValue.integer) ?? .text(text)
        case 700, 701: Double(text).map(SQLValue.real) ?? .text(text)
        default: .text(text)
        }
    }
}
