package import Logging

/// The store on either engine: transactions, and nothing else.
package final class Database: Sendable {
    private let engine: any DatabaseEngine
    private let location: DatabaseLocation
    private let options: DatabaseOptions
    private let logger: Logger

    private init(engine: any DatabaseEngine, location: DatabaseLocation, options: DatabaseOptions, logger: Logger) {
        self.engine = engine
        self.location = location
        self.options = options
        self.logger = logger
    }

    package var dialect: SQLDialect { engine.dialect }

    /// Opens the database, makes it where it is missing (SQLite), and applies the migrations it has not seen.
    ///
    /// - Throws: `StoreError`: `.unavailable` when it can't be reached, `.migration` when its schema is not one that
    ///   this program can bring up to date.
    package static func open(
        _ location: DatabaseLocation, options: DatabaseOptions = DatabaseOptions(), logger: Logger
    ) async throws -> Database {
        let engine: any DatabaseEngine =
            switch location {
            case .sqlite(let path): try await SQLiteEngine.open(path: path, options: options)
            case .postgres(let url): PostgresEngine(url: url, options: options, logger: logger)
            }
        let database = Database(engine: engine, location: location, options: options, logger: logger)
        do {
            if let folder = options.migrations {
                try await MigrationRunner(engine: engine, logger: logger).run(folder)
            }
        } catch {
            await database.close()
            throw error
        }
        logger.info("store opened", metadata: ["location": "\(location)"])
        return database
    }

    /// Runs the body in a read-only transaction that sees one committed state.
    ///
    /// The body may run more than once, when the connection is lost meanwhile.
    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result {
        try await retrying { try await self.engine.read(body) }
    }

    /// Runs the body in one transaction: committed when it returns, rolled back when it throws.
    ///
    /// The body may run more than once (deadlocks, serialization failures, lost connections), so it must have no
    /// effect but on the store. What it throws is thrown on as it is.
    ///
    /// - Throws: `StoreError`; of kind `.unavailable` also when the connection was lost during the commit, and
    ///   then nobody can know whether it took place.
    @discardableResult
    package func write<Result: Sendable>(
        isolation: Isolation = .readCommitted, _ body: @escaping @Sendable (any SQLSession) throws -> Result
    ) async throws -> Result {
        try await retrying { try await self.engine.write(isolation: isolation, body) }
    }

    /// What is told through `SQLSession.notify`, in this and other processes; nil on SQLite.
    package func notifications(on channels: [String]) -> PostgresListener? {
        guard case .postgres(let url) = location else { return nil }
        let settings = PostgresSettings(url: url, options: options)
        return PostgresListener(settings: settings, channels: channels, logger: logger)
    }

    /// Ends every connection; transactions that still run may fail.
    package func close() async { await engine.close() }
}

extension Database {
    /// Tries of one transaction, and when no further one is started: together with the engines' own waits this keeps
    /// a caller from waiting for minutes.
    private static let maximumTries = 8
    private static let retryWindow = Duration.seconds(10)

    private func retrying<Result: Sendable>(
        _ transaction: @Sendable () async throws -> Result
    ) async throws -> Result {
        let clock = ContinuousClock()
        let start = clock.now
        var tries = 0
        while true {
            tries += 1
            do {
                try Task.checkCancellation()
                return try await transaction()
            } catch let error as StoreError where error.isTransient {
                guard tries < Self.maximumTries, clock.now - start < Self.retryWindow else { throw error }
                logger.debug("transaction is run again", metadata: ["tries": "\(tries)", "error": "\(error)"])
                try await clock.sleep(for: Self.backoff(afterTries: tries))
            }
        }
    }

    /// Between nothing and 5 ms, 10 ms, 20 ms, ... 500 ms: random, so that rivals don't meet again.
    private static func backoff(afterTries tries: Int) -> Duration {
        .seconds(Double.random(in: 0...1) * min(0.5, 0.005 * Double(1 << tries)))
    }
}
