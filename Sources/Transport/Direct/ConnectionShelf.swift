import DequeModule
import NIOCore

/// What a waiting request is given: a connection, or a free place to open one.
enum ConnectionGrant: Sendable {
    case connection(PooledConnection)
    case mayOpen
}

/// Which connections to one peer are open, idle and waited for. Decides, and touches no socket.
struct ConnectionShelf {
    enum Taken {
        case connection(PooledConnection)
        /// A place is kept for it: `opened` or `failedToOpen` follows.
        case mayOpen
        /// It stands in the queue.
        case mustWait(Waiter)
    }

    typealias Waiter = Handover<ConnectionGrant>

    private let limit: Int
    private(set) var isShutDown: Bool
    /// The most recently used last: the ones that are not needed grow old, and go.
    private var idle: [PooledConnection] = []
    private var open: [ObjectIdentifier: any Channel] = [:]
    private var opening = 0
    private var waiting: Deque<Waiter> = []

    init(limit: Int, isShutDown: Bool) {
        self.limit = limit
        self.isShutDown = isShutDown
    }

    var isUnused: Bool { open.isEmpty && opening == 0 && waiting.isEmpty }

    mutating func take(on loop: (any EventLoop)?, isNew: Bool, waiter: () -> Waiter) throws -> Taken {
        guard !isShutDown else { throw ExchangeFailure.shutDown }
        if !isNew, let index = idle.lastIndex(where: { loop == nil || $0.channel.eventLoop === loop }) {
            return .connection(idle.remove(at: index))
        }
        if open.count + opening < limit {
            opening += 1
            return .mayOpen
        }
        // One on another event loop is better than none.
        if let other = idle.popLast() { return .connection(other) }
        // Those that gave up stay in the queue until their turn.
        guard waiting.count < limit * 10 else { throw ExchangeFailure.noFreeConnection }
        let waiter = waiter()
        waiting.append(waiter)
        return .mustWait(waiter)
    }

    /// - Returns: false after shutting down.
    mutating func opened(_ connection: PooledConnection) -> Bool {
        opening -= 1
        guard !isShutDown else { return false }
        open[ObjectIdentifier(connection.channel)] = connection.channel
        return true
    }

    /// - Returns: who may open one instead.
    mutating func failedToOpen() -> Waiter? {
        opening -= 1
        return nextToOpen()
    }

    mutating func closed(_ channel: any Channel) -> Waiter? {
        open[ObjectIdentifier(channel)] = nil
        return nextToOpen()
    }

    private mutating func nextToOpen() -> Waiter? {
        guard !isShutDown, open.count + opening < limit, let next = waiting.popFirst() else { return nil }
        opening += 1
        return next
    }

    /// - Returns: who is to have it; `nil` when it lies idle now, or is of no use any more.
    mutating func giveBack(_ connection: PooledConnection) -> Waiter? {
        guard !isShutDown, connection.channel.isActive else { return nil }
        if let next = waiting.popFirst() { return next }
        idle.append(connection)
        return nil
    }

    mutating func withdraw(_ connection: PooledConnection) -> Bool {
        guard let index = idle.lastIndex(where: { $0.channel === connection.channel }) else { return false }
        idle.remove(at: index)
        return true
    }

    mutating func shutDown() -> (open: [any Channel], waiting: [Waiter]) {
        isShutDown = true
        defer { (idle, waiting) = ([], []) }
        return (Array(open.values), Array(waiting))
    }
}
