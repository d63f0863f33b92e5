import CPQ

/// The answer to one statement. Not Sendable: rows are copied out of it.
final class PostgresAnswer {
    private let result: OpaquePointer
    /// Names of the columns, for messages.
    var names: [String] = []

    init(_ result: OpaquePointer) {
        self.result = result
    }

    deinit {
        PQclear(result)
    }

    /// Why the statement failed, if it did.
    var error: StoreError? {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: nil
        case _ where hasStalePlan:
            StoreError(.busy, "The schema was changed by another process meanwhile.", isTransient: true)
        default: StoreError(postgres: result)
        }
    }

    /// The statement was prepared before the schema changed, and its columns are not the same any more.
    ///
    /// The name of the server's routine tells this from other things that are "not supported"; the message would be
    /// in the server's language.
    var hasStalePlan: Bool {
        PQresultErrorField(result, CInt(UInt8(ascii: "R"))).map { String(cString: $0) } == "RevalidateCachedQuery"
    }

    var rowCount: Int { Int(PQntuples(result)) }

    /// Rows inserted, updated or deleted; 0 for a SELECT, whose count libpq gives here as well.
    var rowsChanged: Int {
        let tag = PQcmdStatus(result).map { String(cString: $0) } ?? ""
        return tag.hasPrefix("SELECT") || tag.hasPrefix("FETCH") ? 0 : Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    func readNames() -> [String] {
        (0..<PQnfields(result)).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
    }

    func rows() throws -> [SQLRow] {
        let types = (0..<PQnfields(result)).map { PQftype(result, $0) }
        return try (0..<PQntuples(result)).map { row in
            var values: [SQLValue] = []
            values.reserveCapacity(types.count)
            for (column, type) in types.enumerated() { values.append(try value(row, CInt(column), type)) }
            return SQLRow(names: names, values: values)
        }
    }

    private func value(_ row: CInt, _ column: CInt, _ type: Oid) throws -> SQLValue {
        guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else { return .null }
        let length = Int(PQgetlength(result, row, column))
        let text = start.withMemoryRebound(to: UInt8.self, capacity: length) {
            String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
        }
        switch type {
        case 20, 21, 23:  // int8, int2, int4
            guard let number = Int64(text) else { throw unreadable(column) }
            return .integer(number)
        case 700, 701:  // float4, float8
            guard let number = Double(text) else { throw unreadable(column) }
            return .real(number)
        case 16:  // bool, as comparisons give it; SQLite's are 0 and 1
            return .integer(text == "t" ? 1 : 0)
        default:
            return .text(text)
        }
    }

    private func unreadable(_ column: CInt) -> StoreError {
        StoreError(.corrupt, "Column \(column) of the answer is not the number it is declared to be.")
    }
}
