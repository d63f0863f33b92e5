package import Foundation

/// How the store is opened; the defaults are right for `serve`.
package struct DatabaseOptions: Sendable {
    /// The folder with the numbered migrations; nil leaves the schema as it is.
    package var migrations: URL? = Migration.bundledFolder
    /// Whether a database that is not there is made (SQLite).
    package var makesMissing = true
    /// Whether nobody else may have it open in this way (SQLite): what is in memory is taken for the whole truth then.
    package var isAlone = true
    /// Transactions that read at the same time (SQLite).
    package var readers = 4
    /// Connections to the server (PostgreSQL).
    package var connections = 8
    /// How long a transaction waits for a free connection, or for the server to come back (PostgreSQL).
    package var waitLimit: Duration = .seconds(5)
    /// How long a statement may run (PostgreSQL), or wait for another process's lock (both).
    package var statementLimit: Duration = .seconds(30)

    package init() {}
}
