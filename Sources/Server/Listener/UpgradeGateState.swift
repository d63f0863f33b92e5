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
        case drop
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
        case ignore
        case close
    }

    private enum Phase: Equatable {
        case waiting
        case deciding(isWhole: Bool)
        case accepted
        case leaving
        case settled
        /// The client was told what is wrong with its bytes; what else it sends is for nobody.
        case rejected
        case closed
    }

    private var phase = Phase.waiting

    /// No more is read than the request that is decided on, or a client could fill memory meanwhile.
    var mayRead: Bool {
        switch phase {
        case .waiting, .accepted, .deciding(isWhole: false), .settled, .rejected, .closed: true
        case .deciding(isWhole: true), .leaving: false
        }
    }

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
        case (.rejected, _): return .drop
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
        switch phase {
        case .waiting:
            phase = .rejected
            return .answerError
        // The decoder complains of each further byte.
        case .rejected: return .ignore
        case .deciding, .accepted, .leaving, .settled, .closed:
            phase = .closed
            return .close
        }
    }

    /// A connection that has asked for nothing, or for an upgrade that stopping would end at once, need not be waited
    /// for when the server stops.
    var isClosedByStopping: Bool { phase != .settled }

    /// - Returns: whether somebody still waits for the connection to be settled.
    mutating func closed() -> Bool {
        defer { if phase != .settled { phase = .closed } }
        return phase != .settled && phase != .rejected && phase != .closed
    }
}
