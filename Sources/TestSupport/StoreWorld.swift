package import Foundation
import Logging
package import Store

/// The engines that every test of the store runs on.
package enum TestEngine: String, CaseIterable, Sendable, CustomStringConvertible {
    case sqlite
    case postgres

    package var description: String { rawValue }
}

/// Gives the test a database of its own, with the schema of the program, and takes it away after.
///
/// - Returns: what the body returns.
/// - Throws: what the body throws, or why there is no database: tests fail without PostgreSQL, they don't pass by.
package func withDatabase<Result>(
    on engine: TestEngine, options: DatabaseOptions = DatabaseOptions(),
    _ body: (Database) async throws -> Result
) async throws -> Result {
    try await withDatabaseLocation(on: engine) { location in
        let database = try await Database.open(location, options: options, logger: .silent)
        do {
            let result = try await body(database)
            await database.close()
            return result
        } catch {
            await database.close()
            throw error
        }
    }
}

/// Gives the test the place of a database of its own, for what opens it by itself, such as `serve`.
///
/// - Parameters:
///   - engine: SQLite in a folder for the test, or PostgreSQL on a server for all tests.
///   - migrated: whether it has the schema of the program already; otherwise it is empty.
///   - body: must have closed what it opened when it returns.
/// - Returns: what the body returns.
/// - Throws: what the body throws, or why there is no database.
package func withDatabaseLocation<Result>(
    on engine: TestEngine, migrated: Bool = true, _ body: (DatabaseLocation) async throws -> Result
) async throws -> Result {
    switch engine {
    case .sqlite:
        try await withTemporaryFolder { folder in
            try await body(.sqlite(path: folder.appending(path: "store.sqlite").path))
        }
    case .postgres:
        try await TestPostgres.shared.withDatabase(migrated: migrated) { try await body(.postgres(url: $0)) }
    }
}

/// Gives the test a folder of its own, and removes it with all that is in it.
package func withTemporaryFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ew-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}

extension Logger {
    /// For tests that don't look at the log.
    fileprivate static let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
}
