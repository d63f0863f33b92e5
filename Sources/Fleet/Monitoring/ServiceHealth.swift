/// What one probe found.
package enum ProbeOutcome: Equatable, Sendable {
    /// It answered as it should.
    case answered
    /// It is there but refuses the platform's credentials, so nothing can be said of its state.
    case refusedCredentials(reason: String)
    /// It did not answer, or not as a healthy service does.
    case missed(reason: String)
    /// The way to it failed before it could be asked.
    case pathFailed(reason: String)
}

/// A service's health as probes make it: the one place where `online`, `offline` and `unknown` are decided.
package struct ServiceHealth: Equatable, Sendable {
    package private(set) var status: ServiceStatus
    package private(set) var reason: String
    package private(set) var since: Timestamp?
    package private(set) var lastSeen: Timestamp?
    private var misses = 0

    package init(
        status: ServiceStatus = .unknown, reason: String = "", since: Timestamp? = nil, lastSeen: Timestamp? = nil
    ) {
        self.status = status
        self.reason = reason
        self.since = since
        self.lastSeen = lastSeen
    }

    /// Takes a probe's outcome into account.
    /// - Parameter missesUntilOffline: one lost packet is no outage; this many misses in a row are.
    /// - Returns: whether status or reason changed, so that it must be written and told.
    package mutating func record(_ outcome: ProbeOutcome, at time: Timestamp, missesUntilOffline: Int) -> Bool {
        switch outcome {
        case .answered:
            misses = 0
            lastSeen = time
            return become(.online, reason: "", at: time)
        case .refusedCredentials(let reason):
            misses = 0
            lastSeen = time
            return become(.unknown, reason: reason, at: time)
        case .pathFailed(let reason):
            return become(.unknown, reason: reason, at: time)
        case .missed(let reason):
            misses += 1
            // What was never seen, or is offline already, has no good name to lose.
            guard misses >= missesUntilOffline || status == .offline else { return false }
            return become(.offline, reason: reason, at: time)
        }
    }

    private mutating func become(_ status: ServiceStatus, reason: String, at time: Timestamp) -> Bool {
        guard status != self.status || reason != self.reason else { return false }
        if status != self.status || since == nil { since = time }
        self.status = status
        self.reason = reason
        return true
    }
}
