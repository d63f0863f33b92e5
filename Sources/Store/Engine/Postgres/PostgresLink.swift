import CPQ
import Fleet
import Foundation

/// A libpq connection with its prepared statements. Not Sendable: it stays with the actor that opened it.
final class PostgresLink {
    /// Statements kept prepared; the one not used for longest makes room.
    private static let statementLimit = 256

    /// The server forgets a cancellation that comes before the statement it is meant for, so it is told again:
    /// every so many milliseconds.
    private static let cancellationCheck: Int64 = 250

    private let connection: OpaquePointer
    /// How long a statement may run; the server ends it then.
    private var statementLimit: Duration
    private var statements: [StatementKey: PreparedStatement] = [:]
    private var clock: UInt64 = 0
    /// The schema changed under a prepared statement, so all of them are prepared anew.
    private var hasStaleStatements = false

    /// Connects, which blocks for at most the connect limit for each address of the host.
    ///
    /// - Throws: `StoreError` of kind `.unavailable`.
    init(_ settings: PostgresSettings) throws {
        statementLimit = settings.statementLimit
        let parameters = settings.parameters
        let connection = withCStrings(parameters.map(\.keyword)) { keywords in
            withCStrings(parameters.map(\.value)) { values in PQconnectdbParams(keywords, values, 1) }
        }
        guard let connection else { throw StoreError(.unavailable, "There is no memory for a connection.") }
        self.connection = connection
        guard PQstatus(connection) == CONNECTION_OK else {
            throw StoreError(.unavailable, "The server can't be reached: \(lastMessage)", isTransient: true)
        }
        // Such as "relation exists already, skipping": of no interest, and libpq would print them.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        try run(command: settings.preparation)
    }

    deinit {
        PQfinish(connection)
    }

    var isLost: Bool { PQstatus(connection) != CONNECTION_OK }

    /// In a transaction of which a statement has failed.
    var hasFailedTransaction: Bool { PQtransactionStatus(connection) == PQTRANS_INERROR }

    var isIdle: Bool { PQtransactionStatus(connection) == PQTRANS_IDLE }

    var socket: CInt { PQsocket(connection) }

    /// A copy of what it takes to cancel the running statement from another thread.
    func makeCanceller() -> PostgresCanceller? { PostgresCanceller(PQgetCancel(connection)) }

    /// - Parameter statementLimit: what `command` tells the server, where it is not the connection's own.
    func begin(_ command: String, statementLimit: Duration) throws {
        self.statementLimit = statementLimit
        if hasStaleStatements {
            try run(command: "DEALLOCATE ALL")
            statements = [:]
            hasStaleStatements = false
        }
        try run(command: command)
    }

    /// Runs one or more statements without values.
    func run(command: String) throws {
        guard PQsendQuery(connection, command) == 1 else { throw failure() }
        _ = try finish()
    }

    /// Runs a statement prepared before, or prepares it.
    func run(_ sql: String, _ values: [any SQLBindable]) throws -> PostgresAnswer {
        let parameters = try PostgresParameters(values)
        let statement = try prepared(sql, parameters)
        let sent = parameters.withPointers {
            PQsendQueryPrepared(connection, statement.name, parameters.count, $0, nil, nil, 0)
        }
        guard sent == 1 else { throw failure() }
        let answer = try finish()
        answer.names = statement.columns(of: answer)
        return answer
    }

    /// Runs a statement that is not worth keeping.
    @discardableResult
    func runOnce(_ sql: String, _ values: [any SQLBindable]) throws -> PostgresAnswer {
        let parameters = try PostgresParameters(values)
        let text = try NumberedSQL(sql).text(for: parameters)
        let sent = parameters.withPointers {
            PQsendQueryParams(connection, text, parameters.count, parameters.sentTypes, $0, nil, nil, 0)
        }
        guard sent == 1 else { throw failure() }
        let answer = try finish()
        answer.names = answer.readNames()
        return answer
    }

    /// Takes what came in while nothing was asked.
    ///
    /// - Throws: `StoreError` of kind `.unavailable` when the connection is lost.
    func consumeInput() throws {
        guard PQconsumeInput(connection) == 1 else { throw failure() }
    }

    func nextNotification() -> (channel: String, payload: String)? {
        guard let notification = PQnotifies(connection) else { return nil }
        defer { PQfreemem(notification) }
        return (String(cString: notification.pointee.relname), String(cString: notification.pointee.extra))
    }

    func quoted(name: String) throws -> String {
        guard let quoted = PQescapeIdentifier(connection, name, name.utf8.count) else { throw failure() }
        defer { PQfreemem(quoted) }
        return String(cString: quoted)
    }
}

extension PostgresLink {
    private struct StatementKey: Hashable {
        let sql: String
        let types: [Oid]
    }

    private func prepared(_ sql: String, _ parameters: PostgresParameters) throws -> PreparedStatement {
        clock += 1
        let key = StatementKey(sql: sql, types: parameters.types)
        if let statement = statements[key] {
            statement.lastUse = clock
            return statement
        }
        if statements.count >= Self.statementLimit { try dropOldestStatement() }
        let text = try NumberedSQL(sql).text(for: parameters)
        let statement = PreparedStatement(name: "s\(clock)", lastUse: clock)
        let types = parameters.sentTypes
        guard PQsendPrepare(connection, statement.name, text, CInt(types.count), types) == 1 else { throw failure() }
        _ = try finish()
        statements[key] = statement
        return statement
    }

    private func dropOldestStatement() throws {
        guard let oldest = statements.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
        statements[oldest.key] = nil
        try run(command: "DEALLOCATE \(oldest.value.name)")
    }

    /// Waits for the end of what was sent, and returns the last answer or throws the first error in it.
    private func finish() throws -> PostgresAnswer {
        // The server ends a statement at its limit; when even that is not heard of, the connection is dead.
        let deadline = ContinuousClock.now + statementLimit + .seconds(5)
        var last: PostgresAnswer?
        var firstError: StoreError?
        while let answer = try nextAnswer(deadline) {
            if firstError == nil { firstError = answer.error }
            if answer.hasStalePlan { hasStaleStatements = true }
            last = answer
        }
        if let firstError { throw isLost ? failure(firstError) : firstError }
        guard let last else { throw failure() }
        return last
    }

    private func nextAnswer(_ deadline: ContinuousClock.Instant) throws -> PostgresAnswer? {
        while PQisBusy(connection) == 1 {
            guard try waitUntilReadable(deadline) else {
                // Nothing more is read from it: the answer could come at any time.
                shutdown(PQsocket(connection), CInt(SHUT_RDWR))
                throw StoreError(.unavailable, "The server did not answer in time.")
            }
            try consumeInput()
        }
        return PQgetResult(connection).map(PostgresAnswer.init)
    }

    /// - Returns: false when the deadline has passed.
    private func waitUntilReadable(_ deadline: ContinuousClock.Instant) throws -> Bool {
        while true {
            let left = min((deadline - .now).wholeMilliseconds, Self.cancellationCheck)
            guard left > 0 else { return false }
            var descriptor = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
            let ready = poll(&descriptor, 1, CInt(clamping: left))
            if ready > 0 { return true }
            // EAGAIN and EINTR only: wait for the rest of the time.
            guard ready == 0 || errno == EINTR || errno == EAGAIN else { throw failure() }
            if Task.isCancelled { makeCanceller()?.cancel() }
        }
    }

    /// What is wrong with the connection, as far as libpq knows.
    private func failure(_ cause: StoreError? = nil) -> StoreError {
        let text = cause?.message ?? lastMessage
        guard isLost else { return StoreError(.other, "The statement can't be sent: \(text)") }
        return StoreError(.unavailable, "The connection to the server was lost: \(text)", isTransient: true)
    }

    private var lastMessage: String {
        String(cString: PQerrorMessage(connection)).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

private final class PreparedStatement {
    let name: String
    var lastUse: UInt64
    private var columns: [String]?

    init(name: String, lastUse: UInt64) {
        self.name = name
        self.lastUse = lastUse
    }

    /// Names of the columns, which are the same every time.
    func columns(of answer: PostgresAnswer) -> [String] {
        if let columns { return columns }
        let names = answer.readNames()
        columns = names
        return names
    }
}

/// Cancels what a connection is doing; may be used by any thread, also after the connection has ended.
final class PostgresCanceller: Sendable {
    /// A `PGcancel *`, as a number because pointers are not Sendable; libpq says that PQcancel may be called from
    /// any thread, since what it points at is never written to.
    private let address: UInt

    init?(_ cancel: OpaquePointer?) {
        guard let cancel else { return nil }
        address = UInt(bitPattern: cancel)
    }

    deinit {
        PQfreeCancel(OpaquePointer(bitPattern: address))
    }

    /// Asks the server, which takes a connection of its own, and so blocks.
    func cancel() {
        var message = [CChar](repeating: 0, count: 256)
        _ = PQcancel(OpaquePointer(bitPattern: address), &message, CInt(message.count))
    }
}

/// Calls the body with a NULL-terminated array of C strings.
private func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
) -> Result {
    let pointers = texts.map { UnsafePointer(strdup($0)) } + [nil]
    defer { for pointer in pointers { free(UnsafeMutablePointer(mutating: pointer)) } }
    return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
}
