import Logging
import Synchronization

/// A bounded number of connections, lent to one transaction each.
final class PostgresPool: Sendable {
    private typealias Waiter = CheckedContinuation<Grant, any Error>

    /// What somebody who waited is given.
    private enum Grant: Sendable {
        case connection(PostgresConnection)
        /// Leave to open one.
        case place
    }

    private struct State {
        var idle: [PostgresConnection] = []
        /// Connections open, being opened, or lent.
        var places = 0
        var isClosed = false
        var nextWaiter: UInt64 = 0
        /// In the order of their coming.
        var waiters: [(id: UInt64, continuation: Waiter)] = []
    }

    private let state = Mutex(State())
    private let settings: PostgresSettings
    private let limit: Int
    private let waitLimit: Duration
    private let logger: Logger

    init(_ settings: PostgresSettings, options: DatabaseOptions, logger: Logger) {
        self.settings = settings
        limit = max(1, options.connections)
        waitLimit = options.waitLimit
        self.logger = logger
    }

    /// - Throws: `StoreError` of kind `.unavailable` when no connection is to be had within the wait limit.
    func withConnection<Result: Sendable>(
        _ body: (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        let connection = try await lend()
        do {
            let result = try await body(connection)
            giveBack(connection)
            return result
        } catch {
            giveBack(connection)
            throw error
        }
    }

    /// Ends idle connections now and lent ones when they come back; nobody is lent one any more.
    func close() async {
        let (idle, waiters) = state.withLock { state in
            state.isClosed = true
            defer { (state.idle, state.waiters) = ([], []) }
            return (state.idle, state.waiters)
        }
        for waiter in waiters { waiter.continuation.resume(throwing: Self.closed) }
        for connection in idle { await connection.close() }
    }

    /// Beyond this many the last would not be served in time anyway.
    private static let maximumWaiters = 5000

    private var busy: StoreError {
        StoreError(.unavailable, "All \(limit) connections to the server were in use for \(waitLimit).")
    }

    private static let closed = StoreError(.unavailable, "The store is closed.")
}

extension PostgresPool {
    private func lend() async throws -> PostgresConnection {
        let deadline = ContinuousClock.now + waitLimit
        let grant: Grant
        if let free = try takeFree() {
            grant = free
        } else {
            grant = try await wait()
        }
        switch grant {
        case .connection(let connection): return connection
        case .place: return try await open(until: deadline)
        }
    }

    private func takeFree() throws -> Grant? {
        try state.withLock { state in
            guard !state.isClosed else { throw Self.closed }
            // The one used last: the others may be closed by the server or a proxy for idling.
            if let connection = state.idle.popLast() { return .connection(connection) }
            guard state.places < limit else { return nil }
            state.places += 1
            return .place
        }
    }

    private func giveBack(_ connection: PostgresConnection) {
        switch connection.condition {
        case .sound:
            passOn(.connection(connection))
        case .cancelled:
            passOn(.place)
        case .lost:
            // When the server went away, the idle connections went with it.
            dropIdle()
            passOn(.place)
        }
    }

    private func dropIdle() {
        // They end when the last reference to them goes, outside of the lock.
        let dropped = state.withLock { state in
            defer { state.idle = [] }
            state.places -= state.idle.count
            return state.idle
        }
        if !dropped.isEmpty { logger.debug("idle connections dropped", metadata: ["count": "\(dropped.count)"]) }
    }

    /// To the one who waits longest, or back.
    private func passOn(_ grant: Grant) {
        let waiter: Waiter? = state.withLock { state in
            if !state.waiters.isEmpty { return state.waiters.removeFirst().continuation }
            switch grant {
            case .connection(let connection) where !state.isClosed: state.idle.append(connection)
            case .connection, .place: state.places -= 1
            }
            return nil
        }
        waiter?.resume(returning: grant)
    }
}

extension PostgresPool {
    /// Waits for one to be given back, at most for the wait limit.
    private func wait() async throws -> Grant {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return try await withThrowingTaskGroup(of: Void.self, returning: Grant.self) { group in
            group.addTask {
                try await Task.sleep(for: self.waitLimit)
                self.fail(waiter: id, self.busy)
            }
            defer { group.cancelAll() }
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { enqueue(id, $0) }
            } onCancel: {
                fail(waiter: id, CancellationError())
            }
        }
    }

    private func enqueue(_ id: UInt64, _ continuation: Waiter) {
        // Between the first look and now, something may have come free, or the task been cancelled.
        if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
        let outcome: Result<Grant, any Error>? = state.withLock { state in
            if state.isClosed { return .failure(Self.closed) }
            if let connection = state.idle.popLast() { return .success(.connection(connection)) }
            if state.places < limit {
                state.places += 1
                return .success(.place)
            }
            guard state.waiters.count < Self.maximumWaiters else { return .failure(busy) }
            state.waiters.append((id, continuation))
            return nil
        }
        if let outcome { continuation.resume(with: outcome) }
        // Cancelled after the look at the start, and before `fail` could find the waiter.
        if Task.isCancelled { fail(waiter: id, CancellationError()) }
    }

    private func fail(waiter id: UInt64, _ error: any Error) {
        let continuation = state.withLock { state in
            state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0).continuation }
        }
        continuation?.resume(throwing: error)
    }
}

extension PostgresPool {
    /// Opens a connection on a place held by the caller, again and again until the deadline.
    private func open(until deadline: ContinuousClock.Instant) async throws -> PostgresConnection {
        do {
            var pause = Duration.milliseconds(20)
            while true {
                let connection = PostgresConnection(settings)
                do {
                    try await connection.open()
                    return connection
                } catch let error as StoreError {
                    logger.debug("no connection", metadata: ["error": "\(error)"])
                    let next = pause * Double.random(in: 0.5...1.5)
                    guard error.isTransient, .now + next < deadline else { throw error.asFinal }
                    try await Task.sleep(for: next)
                    pause = min(pause * 2, .seconds(1))
                }
            }
        } catch {
            passOn(.place)
            throw error
        }
    }
}

extension StoreError {
    /// The same error after all tries.
    fileprivate var asFinal: StoreError { StoreError(kind, message, cause: cause) }
}
