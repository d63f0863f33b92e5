/// Where a connection stands between its first byte and the moment when it is settled what it speaks.
struct UpgradeGateState: Equatable {
    enum Part: Equatable {
        case head(asksForUpgrade: Bool)
        case body
        case end
    }

    enum ReadAction: Equatable {
        /// Kept until the connection is settled.
        case hold
        /// Kept, and somebody has to decide.
        case holdAndAsk
        /// Kept, and the connection stays HTTP.
        case holdAndStay
        /// Kept, and HTTP can be taken off the connection now.
        case leave
        /// Not a sequence that an HTTP decoder delivers.
        case close
    }

    enum DecisionAction: Equatable {
        case stay
        case leave
        /// The end of the request is still to come.
        case wait
        /// The client has gone.
        case tooLate
    }

    enum FailureAction: Equatable {
        case answerError
        case close
    }

    private enum Phase: Equatable {
        case waiting
        case deciding(isWhole: Bool)
        case accepted
        case leaving
        case settled
        case closed
    }

    private var phase = Phase.waiting

    /// No more is read than the request that is decided on, or a client could fill memory meanwhile.
    var mayRead: Bool {
        switch phase {
        case .waiting, .accepted, .deciding(isWhole: false), .settled, .closed: true
        case .deciding(isWhole: true), .leaving: false
        }
    }

    /// The request under way is the connection's first, and nothing of it is there.
    var isWaiting: Bool { phase == .waiting }
    var isSettled: Bool { phase == .settled }

    mutating func read(_ part: Part) -> ReadAction {
        switch (phase, part) {
        case (.waiting, .head(asksForUpgrade: true)):
            phase = .deciding(isWhole: false)
            return .holdAndAsk
        case (.waiting, .head(asksForUpgrade: false)):
            phase = .settled
            return .holdAndStay
        case (.deciding(isWhole: false), .end):
            phase = .deciding(isWhole: true)
            return .hold
        case (.accepted, .end):
            phase = .leaving
            return .leave
        // What was on its way already: the next request, or bytes of the protocol to come.
        case (.deciding(isWhole: true), _), (.leaving, _), (.settled, _): return .hold
        // Only requests without a body ask for an upgrade.
        case (.waiting, _), (.deciding, _), (.accepted, _), (.closed, _): return .close
        }
    }

    mutating func decided(accepted: Bool) -> DecisionAction {
        guard case .deciding(let isWhole) = phase else { return .tooLate }
        guard accepted else {
            phase = .settled
            return .stay
        }
        phase = isWhole ? .leaving : .accepted
        return isWhole ? .leave : .wait
    }

    mutating func left() { if phase == .leaving { phase = .settled } }

    /// What could not be parsed, while the connection still speaks HTTP.
    mutating func parserFailed() -> FailureAction {
        defer { phase = .closed }
        return phase == .waiting ? .answerError : .close
    }

    /// - Returns: whether the connection is to be closed: it has asked for nothing that could be lost.
    func isClosedByStopping() -> Bool { phase == .waiting }

    /// - Returns: whether somebody still waits for the connection to be settled.
    mutating func closed() -> Bool {
        defer { if phase != .settled { phase = .closed } }
        return phase != .settled && phase != .closed
    }
}
