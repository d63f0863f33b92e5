package import Fleet
package import Logging
package import Store

/// What every use case works with: the store, the time and a log.
package struct ControlPlaneContext: Sendable {
    let database: Database
    let now: @Sendable () -> Timestamp
    let logger: Logger

    package init(database: Database, now: @escaping @Sendable () -> Timestamp, logger: Logger) {
        self.database = database
        self.now = now
        self.logger = logger
    }

    func makeIdentifier<Entity>(_: Entity.Type = Entity.self) -> Identifier<Entity> {
        var generator = SystemRandomNumberGenerator()
        return Identifier.make(at: now(), using: &generator)
    }

    func read<Value: Sendable>(
        _ body: @Sendable @escaping (any SQLSession) throws -> Value
    ) async throws -> Value {
        do { return try await database.read(body) } catch let error as StoreError { throw EdgewrightError(error) }
    }

    /// One transaction; `body` may run more than once.
    func write<Value: Sendable>(
        _ body: @Sendable @escaping (any SQLSession) throws -> Value
    ) async throws -> Value {
        do { return try await database.write(body) } catch let error as StoreError { throw EdgewrightError(error) }
    }

    /// One transaction that reads what it changes, and tells of it in the audit log.
    ///
    /// All of them queue at the head of the audit log, which each has to append to in any case: so what is read in one
    /// is as it is when it is written, on PostgreSQL too, and none undoes what another has just done.
    func change<Value: Sendable>(
        _ body: @Sendable @escaping (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await numberedChange { session, _ in try body(session) }
    }

    /// The same, for changes that are repeated in memory.
    /// - Parameter body: gets a number that is larger than that of every change committed before.
    func numberedChange<Value: Sendable>(
        _ body: @Sendable @escaping (any SQLSession, _ revision: Int64) throws -> Value
    ) async throws -> Value {
        try await write { session in
            let revision = try session.lockAuditHead().sequence + 1
            return try body(session, revision)
        }
    }
}

extension EdgewrightError {
    /// What a failure of the store means to a caller. Violations that mean something in particular are caught where
    /// they can happen; what arrives here as one was not foreseen.
    init(_ error: StoreError) {
        switch error.kind {
        case .invalidText:
            self.init(.invalidInput, "Text must not contain the NUL character.", cause: error)
        case .unavailable, .busy:
            self.init(
                .unavailable, "The store can't be reached just now; try again.", retryAfter: .seconds(2), cause: error)
        case .uniqueViolation, .foreignKeyViolation:
            self.init(.conflict, "Somebody else changed the same thing at the same time; try again.", cause: error)
        case .checkViolation, .corrupt, .migration, .other:
            self.init(.internal, "The store refused the change.", cause: error)
        }
    }
}
