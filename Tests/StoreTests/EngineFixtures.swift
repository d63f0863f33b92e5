import Foundation
import Logging
import Store
import Synchronization
import TestSupport
import Testing

/// What a test throws to see it come back.
struct Oops: Error, Equatable {}

extension Database {
    /// A table with one column of each type, and a named unique index.
    func makeThings() async throws {
        try await write { session in
            try session.execute(
                """
                CREATE TABLE thing (
                    id BIGINT NOT NULL PRIMARY KEY, name TEXT, size DOUBLE PRECISION,
                    CONSTRAINT thing_size CHECK (size IS NULL OR size >= 0))
                """)
            try session.execute("CREATE UNIQUE INDEX thing_name ON thing (name)")
        }
    }

    func insertThing(_ id: Int, _ name: String? = nil, _ size: Double? = nil) async throws {
        try await write { try $0.execute("INSERT INTO thing (id, name, size) VALUES (?, ?, ?)", [id, name, size]) }
    }

    func countThings() async throws -> Int {
        try await read { try $0.query("SELECT COUNT(*) FROM thing")[0].int(0) }
    }

    /// Opens a database whose schema is made of these files, or none; others may have it open too.
    static func open(
        _ location: DatabaseLocation, migrations: URL?, change: (inout DatabaseOptions) -> Void = { _ in }
    ) async throws -> Database {
        var options = DatabaseOptions()
        options.migrations = migrations
        options.isAlone = false
        change(&options)
        return try await open(
            location, options: options, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}

/// Something that happens once, and can be waited for by tasks and by blocking code alike.
final class Event: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let semaphore = DispatchSemaphore(value: 0)

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func happen() {
        continuation.finish()
        semaphore.signal()
    }

    func wait() async {
        for await _ in stream {}
    }

    /// For the body of a transaction, which runs on a thread of its own; bounded, so that a broken test ends.
    func waitBlocking() {
        _ = semaphore.wait(timeout: .now() + 30)
    }
}

/// A number that several tasks change.
final class Counter: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }

    @discardableResult
    func increment() -> Int {
        number.withLock {
            $0 += 1
            return $0
        }
    }
}

/// The error of kind `StoreError` that the body must throw.
func storeError(
    _ body: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
) async throws -> StoreError {
    try await #require(throws: StoreError.self, sourceLocation: sourceLocation) { try await body() }
}
