/// A value bound to a placeholder, or found in a column.
package enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)

    /// Refuses what one of the engines can't keep, so that both refuse the same.
    ///
    /// PostgreSQL has no NUL in text; SQLite turns NaN into NULL.
    ///
    /// - Throws: `StoreError` of kind `.invalidText` or `.other`, with the position, counted from 1.
    func check(position: Int) throws {
        switch self {
        case .text(let text) where text.utf8.contains(0):
            throw StoreError(.invalidText, "Value \(position) is text with a NUL character, which can't be stored.")
        case .real(let number) where !number.isFinite:
            throw StoreError(.other, "Value \(position) is \(number), which can't be stored.")
        case .null, .integer, .real, .text:
            return
        }
    }
}

extension SQLValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .real(value) }
    package init(nilLiteral: ()) { self = .null }
}

/// What can be bound to a placeholder. An enum over strings or integers conforms by saying so.
package protocol SQLBindable {
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLBindable {
    package var sqlValue: SQLValue { self }
}

extension String: SQLBindable {
    package var sqlValue: SQLValue { .text(self) }
}

extension Int: SQLBindable {
    package var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension Int64: SQLBindable {
    package var sqlValue: SQLValue { .integer(self) }
}

extension Double: SQLBindable {
    package var sqlValue: SQLValue { .real(self) }
}

/// 0 or 1: the schema has no booleans, because the engines don't agree on them.
extension Bool: SQLBindable {
    package var sqlValue: SQLValue { .integer(self ? 1 : 0) }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
    package var sqlValue: SQLValue { self?.sqlValue ?? .null }
}

extension SQLBindable where Self: RawRepresentable, RawValue: SQLBindable {
    package var sqlValue: SQLValue { rawValue.sqlValue }
}
