/// The few words in which the engines differ, for queries that need them.
package struct SQLDialect: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case sqlite
        case postgres
    }

    package let kind: Kind

    static let sqlite = SQLDialect(kind: .sqlite)
    static let postgres = SQLDialect(kind: .postgres)

    /// Put after a SELECT whose rows are changed later in the same transaction.
    ///
    /// SQLite has one writer at a time, so its rows can't change meanwhile.
    package var forUpdate: String { kind == .postgres ? " FOR UPDATE" : "" }

    /// As `forUpdate`, but leaves out the rows that another transaction has locked.
    package var forUpdateSkipLocked: String { kind == .postgres ? " FOR UPDATE SKIP LOCKED" : "" }

    /// Whether `SQLSession.notify` reaches other processes.
    package var hasNotifications: Bool { kind == .postgres }
}
