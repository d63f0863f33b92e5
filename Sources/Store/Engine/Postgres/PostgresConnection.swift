import Dispatch
import Synchronization

/// One connection to the server; whatever blocks runs on its own thread.
package actor PostgresConnection {
    private nonisolated let thread: SerialThread
    private nonisolated let state = Mutex(State())
    private let settings: PostgresSettings
    private var link: PostgresLink?

    enum Condition: Sendable {
        case sound
        /// A late cancellation could hit what comes next, so the connection is not used again.
        case cancelled
        /// Closed, by this side or the other.
        case lost
    }

    private struct State {
        var canceller: PostgresCanceller?
        var condition = Condition.sound
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(_ settings: PostgresSettings) {
        self.settings = settings
        thread = SerialThread(label: "store.postgres")
    }

    /// A connection outside of any pool.
    package init(url: String) {
        self.init(PostgresSettings(url: url, options: DatabaseOptions()))
    }

    /// - Throws: `StoreError` of kind `.unavailable`.
    package func open() throws {
        let link = try PostgresLink(settings)
        let canceller = link.makeCanceller()
        state.withLock { $0.canceller = canceller }
        self.link = link
    }

    package func close() {
        link = nil
        markLost()
    }

    nonisolated var condition: Condition { state.withLock { $0.condition } }

    private nonisolated func markLost() { state.withLock { $0.condition = .lost } }

    /// Runs a statement outside of a transaction, such as `CREATE DATABASE`.
    package func run(command: String) throws {
        do {
            try openLink().run(command: command)
        } catch {
            if link?.isLost ?? true { markLost() }
            throw error
        }
    }

    /// Runs one transaction; when the task is cancelled, the server is told to stop.
    nonisolated func transaction<Result: Sendable>(
        _ kind: PostgresTransaction, _ body: @escaping @Sendable (any ScriptSession) throws -> Result
    ) async throws -> Result {
        try await withTaskCancellationHandler {
            do {
                return try await runTransaction(kind, body)
            } catch  where condition == .cancelled {
                throw CancellationError()
            }
        } onCancel: {
            let canceller = state.withLock { state in
                if state.condition == .sound { state.condition = .cancelled }
                return state.canceller
            }
            // It blocks, and the task that cancels must not.
            if let canceller { DispatchQueue.global().async { canceller.cancel() } }
        }
    }

    private func runTransaction<Result: Sendable>(
        _ kind: PostgresTransaction, _ body: @Sendable (any ScriptSession) throws -> Result
    ) throws -> Result {
        try Task.checkCancellation()
        let link = try openLink()
        defer { if link.isLost || !link.isIdle { markLost() } }
        try link.begin(kind.begin, statementLimit: kind.statementLimit ?? settings.statementLimit)
        let result: Result
        do {
            let session = PostgresSession(link)
            result = try body(session)
            try session.checkUsable()
        } catch {
            // Where this fails too, the connection is given up, and the server rolls back by itself.
            if !link.isLost { try? link.run(command: "ROLLBACK") }
            throw error
        }
        try commit(link)
        return result
    }

    private func commit(_ link: PostgresLink) throws {
        do {
            try link.run(command: "COMMIT")
        } catch let error as StoreError where error.kind == .unavailable {
            throw StoreError(
                .unavailable, "The connection was lost while the transaction was being committed.", cause: error)
        }
    }

    private func openLink() throws -> PostgresLink {
        guard let link else { throw StoreError(.unavailable, "The connection is closed.") }
        return link
    }
}

/// How a transaction is begun.
struct PostgresTransaction: Sendable {
    let begin: String
    /// Instead of the connection's own; `begin` must tell the server.
    var statementLimit: Duration?

    static let read = PostgresTransaction(begin: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    static let readCommitted = PostgresTransaction(begin: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
    static let serializable = PostgresTransaction(begin: "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE")

    /// Holds a lock that stands for "the schema is being migrated": any number, the same in every process.
    ///
    /// READ COMMITTED, for what the process before us did must be seen once the lock is ours. The limits of ordinary
    /// statements are too short for an index over a large table.
    static let migration = PostgresTransaction(
        begin: """
            BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
            SET LOCAL statement_timeout = '15min'; SET LOCAL lock_timeout = '15min';
            SELECT pg_advisory_xact_lock(7205931184)
            """,
        statementLimit: .seconds(15 * 60))
}
