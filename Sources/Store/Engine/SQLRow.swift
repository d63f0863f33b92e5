/// One row of an answer; columns by position, from 0.
package struct SQLRow: Sendable, Equatable {
    let values: [SQLValue]

    package func isNull(_ column: Int) -> Bool { values[column] == .null }

    package func text(_ column: Int) throws -> String {
        guard let text = try textOrNil(column) else { throw unexpected(column, "text") }
        return text
    }

    package func textOrNil(_ column: Int) throws -> String? {
        switch values[column] {
        case .text(let text): text
        case .null: nil
        case .integer, .real: throw unexpected(column, "text")
        }
    }

    package func integer(_ column: Int) throws -> Int64 {
        guard let number = try integerOrNil(column) else { throw unexpected(column, "an integer") }
        return number
    }

    package func integerOrNil(_ column: Int) throws -> Int64? {
        switch values[column] {
        case .integer(let number): return number
        case .null: return nil
        case .text(let text):
            // PostgreSQL's SUM of BIGINT is a NUMERIC, which comes as text.
            guard let number = Int64(text) else { throw unexpected(column, "an integer") }
            return number
        case .real: throw unexpected(column, "an integer")
        }
    }

    package func int(_ column: Int) throws -> Int { Int(try integer(column)) }

    package func bool(_ column: Int) throws -> Bool { try integer(column) != 0 }

    private func unexpected(_ column: Int, _ wanted: String) -> StoreError {
        StoreError(.corrupt, "column \(column) is not \(wanted) but \(values[column])")
    }
}
