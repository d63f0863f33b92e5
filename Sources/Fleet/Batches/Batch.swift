/// What is done to every target of a batch.
package enum BatchKind: String, Codable, Sendable, CaseIterable {
    /// Makes new services on hosts.
    case install
    /// Puts hosted services on another image.
    case upgrade
    case start
    case stop
    case restart
    /// Brings the containers of hosted services back to what was asked for.
    case repair
    /// Takes services out of the registration; hosted ones are removed from their hosts as well.
    case delete
    /// Puts tags on services, or takes them off.
    case tag

    /// Whether what was done can be undone, so that a batch of this kind can be rolled back.
    package var canRollBack: Bool {
        switch self {
        case .install, .upgrade: true
        case .start, .stop, .restart, .repair, .delete, .tag: false
        }
    }

    /// Whether its targets are there and running afterwards.
    package var leavesRunning: Bool {
        switch self {
        case .stop, .delete: false
        case .install, .upgrade, .start, .restart, .repair, .tag: true
        }
    }

    /// Whether it is for services that the platform has made, and for no others.
    package var isForHostedOnly: Bool {
        switch self {
        case .install, .upgrade, .start, .stop, .restart, .repair: true
        case .delete, .tag: false
        }
    }
}

/// Where a batch stands.
package enum BatchState: String, Codable, Sendable, CaseIterable {
    /// Not begun yet: its window is closed, or nobody has taken it up.
    case pending
    case running
    case paused
    case succeeded
    /// Over, and not every target was changed.
    case failed
    case cancelled
    case rolledBack

    /// Nothing more happens by itself.
    package var isFinal: Bool {
        switch self {
        case .pending, .running, .paused: false
        case .succeeded, .failed, .cancelled, .rolledBack: true
        }
    }
}

/// Where one target of a batch stands.
package enum BatchItemState: String, Codable, Sendable, CaseIterable {
    case pending
    /// Its service is offline, or busy in another batch, or a retry's time has not come.
    case waiting
    case running
    case succeeded
    case failed
    case skipped
    case cancelled
    case rolledBack

    package var isFinal: Bool {
        switch self {
        case .pending, .waiting, .running: false
        case .succeeded, .failed, .skipped, .cancelled, .rolledBack: true
        }
    }
}

/// Which way a batch goes.
package enum BatchDirection: String, Codable, Sendable {
    case forward
    /// What succeeded is undone, the last first.
    case back
}

/// How many items are in each state.
package struct BatchCounts: Codable, Equatable, Sendable {
    package var pending = 0
    package var waiting = 0
    package var running = 0
    package var succeeded = 0
    package var failed = 0
    package var skipped = 0
    package var cancelled = 0
    package var rolledBack = 0

    package init() {}

    package init(_ states: some Sequence<BatchItemState>) {
        for state in states { self[state] += 1 }
    }

    package subscript(_ state: BatchItemState) -> Int {
        get { self[keyPath: Self.path(state)] }
        set { self[keyPath: Self.path(state)] = newValue }
    }

    private static func path(_ state: BatchItemState) -> WritableKeyPath<BatchCounts, Int> {
        switch state {
        case .pending: \.pending
        case .waiting: \.waiting
        case .running: \.running
        case .succeeded: \.succeeded
        case .failed: \.failed
        case .skipped: \.skipped
        case .cancelled: \.cancelled
        case .rolledBack: \.rolledBack
        }
    }

    package var total: Int { BatchItemState.allCases.reduce(0) { $0 + self[$1] } }
    package var finished: Int { total - pending - waiting - running }

    package static func + (left: BatchCounts, right: BatchCounts) -> BatchCounts {
        var sum = left
        for state in BatchItemState.allCases { sum[state] += right[state] }
        return sum
    }
}
