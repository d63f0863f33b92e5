/// The few words in which the engines differ, for queries that need them.
package enum SQLDialect: String, Sendable, CaseIterable {
    case sqlite
    case postgres

    /// Put after a SELECT whose rows are changed later in the same transaction.
    ///
    /// SQLite has one writer at a time, so its rows can't change meanwhile.
    package var forUpdate: String { self == .postgres ? " FOR UPDATE" : "" }

    /// Whether `SQLSession.notify` reaches other processes.
    package var hasNotifications: Bool { self == .postgres }
}
