/// PostgreSQL through libpq: a bounded pool of connections, each with a thread of its own.
struct PostgresEngine: SQLEngine {
    let dialect = SQLDialect.postgres
    private let pool: PostgresPool

    /// Another transaction was in the way this often: then it is said.
    private static let attempts = 8

    init(url: String, connections: Int) async throws {
        pool = PostgresPool(url: url, maximum: connections)
        // Fails now rather than at the first request.
        try await pool.withConnection { _ in }
    }

    func read<Value: Sendable>(_ body: @Sendable @escaping (any SQLSession) throws -> Value) async throws -> Value {
        try await pool.withConnection {
            try await $0.transaction(begin: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", body)
        }
    }

    func write<Value: Sendable>(_ body: @Sendable @escaping (any SQLSession) throws -> Value) async throws -> Value {
        for attempt in 1..<Self.attempts {
            do {
                return try await pool.withConnection { try await $0.transaction(begin: "BEGIN", body) }
            } catch let error as StoreError where error.kind == .busy {
                let ceiling = min(400, 5 << attempt)
                try await Task.sleep(for: .milliseconds(Int.random(in: 1...ceiling)))
            }
        }
        return try await pool.withConnection { try await $0.transaction(begin: "BEGIN", body) }
    }

    func close() async { await pool.close() }
}

/// Hands out connections, at most `maximum` at once; who waits too long is told so.
actor PostgresPool {
    private let url: String
    private let maximum: Int
    private let patience = Duration.seconds(5)
    private var idle: [PostgresConnection] = []
    private var open = 0
    private var closed = false
    private var waiters: [(ticket: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    private var nextTicket = 0

    init(url: String, maximum: Int) {
        self.url = url
        self.maximum = maximum
    }

    nonisolated func withConnection<Value: Sendable>(
        _ body: @Sendable (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await lease()
        do {
            let value = try await body(connection)
            await giveBack(connection, usable: true)
            return value
        } catch {
            await giveBack(connection, usable: await connection.isUsable())
            throw error
        }
    }

    private func lease() async throws -> PostgresConnection {
        while true {
            try Task.checkCancellation()
            guard !closed else { throw StoreError(.unavailable, "the store is closed") }
            if let connection = idle.popLast() { return connection }
            if open < maximum { return try await connect() }
            try await waitForOne()
        }
    }

    private func connect() async throws -> PostgresConnection {
        open += 1
        do {
            return try await PostgresConnection(url: url)
        } catch {
            open -= 1
            wakeOne()
            throw error
        }
    }

    private func giveBack(_ connection: PostgresConnection, usable: Bool) async {
        if usable, !closed {
            idle.append(connection)
        } else {
            open -= 1
            await connection.close()
        }
        wakeOne()
    }

    private func waitForOne() async throws {
        nextTicket += 1
        let ticket = nextTicket
        let alarm = Task { [patience] in
            try await Task.sleep(for: patience)
            self.give(up: ticket, StoreError(.unavailable, "every connection to PostgreSQL is busy"))
        }
        defer { alarm.cancel() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiters.append((ticket, $0)) }
        } onCancel: {
            Task { await self.give(up: ticket, CancellationError()) }
        }
    }

    private func give(up ticket: Int, _ error: any Error) {
        guard let index = waiters.firstIndex(where: { $0.ticket == ticket }) else { return }
        waiters.remove(at: index).continuation.resume(throwing: error)
    }

    private func wakeOne() {
        guard !waiters.isEmpty else { return }
        waiters.removeFirst().continuation.resume()
    }

    func close() async {
        closed = true
        for waiter in waiters { waiter.continuation.resume(throwing: StoreError(.unavailable, "the store is closed")) }
        waiters = []
        for connection in idle { await connection.close() }
        idle = []
    }
}
