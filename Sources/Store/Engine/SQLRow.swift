/// One row of an answer; its columns are read by position, from 0.
///
/// The getters throw `StoreError(.corrupt)` naming the column when it holds something else than asked for:
/// the schema forbids it, so the data or the query is broken.
package struct SQLRow: Sendable {
    /// Shared by all rows of an answer.
    private let names: [String]
    private let values: [SQLValue]

    init(names: [String], values: [SQLValue]) {
        self.names = names
        self.values = values
    }

    /// How many columns there are.
    package var count: Int { values.count }

    /// The value as it came, whatever its type.
    package func value(_ column: Int) throws -> SQLValue {
        guard values.indices.contains(column) else {
            throw StoreError(.corrupt, "Column \(column) was asked for, the answer has \(values.count).")
        }
        return values[column]
    }

    package func isNull(_ column: Int) throws -> Bool { try value(column) == .null }

    package func text(_ column: Int) throws -> String { try present(textOrNil(column), column) }

    package func textOrNil(_ column: Int) throws -> String? {
        switch try value(column) {
        case .null: return nil
        case .text(let text): return text
        case .integer, .real: throw mismatch(column, "text")
        }
    }

    package func integer(_ column: Int) throws -> Int64 { try present(integerOrNil(column), column) }

    /// Takes whole numbers in text too: PostgreSQL's `SUM(bigint)` is NUMERIC, which comes as text.
    package func integerOrNil(_ column: Int) throws -> Int64? {
        switch try value(column) {
        case .null: return nil
        case .integer(let number): return number
        case .text(let text):
            guard let number = Int64(text) else { throw mismatch(column, "an integer") }
            return number
        case .real: throw mismatch(column, "an integer")
        }
    }

    package func int(_ column: Int) throws -> Int { Int(try integer(column)) }

    package func intOrNil(_ column: Int) throws -> Int? { try integerOrNil(column).map { Int($0) } }

    package func bool(_ column: Int) throws -> Bool {
        switch try integer(column) {
        case 0: return false
        case 1: return true
        default: throw mismatch(column, "0 or 1")
        }
    }

    package func real(_ column: Int) throws -> Double { try present(realOrNil(column), column) }

    /// Takes integers and numbers in text too, such as PostgreSQL's `AVG(bigint)`.
    package func realOrNil(_ column: Int) throws -> Double? {
        switch try value(column) {
        case .null: return nil
        case .real(let number): return number
        case .integer(let number): return Double(number)
        case .text(let text):
            guard let number = Double(text) else { throw mismatch(column, "a number") }
            return number
        }
    }

    private func present<Value>(_ value: Value?, _ column: Int) throws -> Value {
        guard let value else {
            throw StoreError(.corrupt, "Column \(name(column)) is NULL where a value is needed.")
        }
        return value
    }

    /// The value itself is left out: it may be secret.
    private func mismatch(_ column: Int, _ expected: String) -> StoreError {
        StoreError(.corrupt, "Column \(name(column)) does not hold \(expected).")
    }

    private func name(_ column: Int) -> String {
        names.indices.contains(column) ? "\(column) (\(names[column]))" : "\(column)"
    }
}
