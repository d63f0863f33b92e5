package import Fleet

/// The life of one of an agent's connections to its platform: what to do next, after whatever has happened.
///
/// It knows no sockets and no clock. Whoever performs its actions tells it what came of them; it never comes to an end by
/// itself. A connection that is to be replaced stays until the new one is there.
package struct AgentSession: Sendable {
    /// What is asked of the platform.
    package enum Step: Sendable, Equatable {
        case challenge
        case enroll
        case connect
    }

    package enum Event: Sendable {
        case challenged(AgentChallenge)
        case enrolled
        /// The connection of this number is there.
        case connected(Int)
        case refused(PlatformRefusal)
        /// No answer came, or none that is understood.
        case failed(AgentTrouble)
        /// The connection of this number is gone, after so many seconds.
        case lost(Int, held: Double)
        /// The platform takes no more on the connection of this number, after so many seconds.
        case sentAway(Int, held: Double)
        /// What the agent offers has changed, or its key: the platform is to see it anew.
        case renew
        /// The wait of this number is over.
        case waited(Int)
    }

    package enum Action: Sendable, Equatable {
        case challenge
        case enroll(AgentChallenge)
        case connect(AgentChallenge, KeyStore.Which, number: Int)
        /// To come back with `.waited` and the number; whatever happens meanwhile is told too.
        case wait(Int, seconds: Double)
        /// Nothing, until something happens.
        case listen
    }

    private enum Phase: Equatable {
        case asking(Step)
        case waiting(Int)
        case resting
    }

    /// Proofs that are refused one after the other, before it is no accident any more.
    private static let refusedProofs = 3
    /// Whoever may not join is not waited for by anybody.
    private static let banishment = 300.0
    /// Whoever was revoked may be restored, and is looked at then.
    private static let suspension = 45.0
    /// Sent away sooner, after so many seconds, it is not a platform that restarts.
    private static let shortestStay = 10.0

    /// Why there is no connection, or no new one; `nil` when all is well.
    package private(set) var trouble: AgentTrouble?
    /// The number of the connection that the platform uses.
    package private(set) var current: Int?
    /// Whether a key is there that is to take the place of the other.
    package var hasNextKey = false

    private let enrolls: Bool
    private var phase = Phase.resting
    private var purpose = Step.connect
    private var key = KeyStore.Which.current
    private var pacing = ReconnectPacing()
    private var connections = 0
    private var waits = 0
    private var proofsRefused = 0
    private var hasEnrolled = false

    /// - Parameter enrolls: of several connections one is enough to make the agent known.
    package init(enrolls: Bool = true) { self.enrolls = enrolls }

    package mutating func begin() -> Action { ask(for: .connect) }

    /// - Parameter spread: 0 ..< 1, drawn anew each time.
    package mutating func handle(_ event: Event, spread: Double) -> Action {
        switch (event, phase) {
        case (.challenged(let challenge), .asking(.challenge)): return use(challenge)
        case (.enrolled, .asking(.enroll)):
            hasEnrolled = true
            return ask(for: .connect)
        case (.connected(let number), .asking(.connect)): return connected(number)
        case (.refused(let refusal), .asking(let step)): return refused(refusal, at: step, spread)
        case (.failed(let trouble), .asking): return wait(trouble, asked: nil, spread)
        case (.lost(let number, let held), _): return lost(number, held, spread)
        case (.sentAway(let number, let held), _): return sentAway(number, held, spread)
        case (.renew, .resting): return ask(for: .connect)
        case (.waited(let number), .waiting(let awaited)) where number == awaited: return ask(for: purpose)
        default: return .listen
        }
    }

    private mutating func ask(for purpose: Step) -> Action {
        self.purpose = purpose
        phase = .asking(.challenge)
        return .challenge
    }

    private mutating func use(_ challenge: AgentChallenge) -> Action {
        phase = .asking(purpose)
        if purpose == .enroll { return .enroll(challenge) }
        // The key that was on trial may have found its place meanwhile.
        if !hasNextKey { key = .current }
        connections += 1
        return .connect(challenge, key, number: connections)
    }

    private mutating func connected(_ number: Int) -> Action {
        current = number
        trouble = nil
        phase = .resting
        // Whoever was let in by the next key has made it the current one.
        key = .current
        proofsRefused = 0
        hasEnrolled = false
        return .listen
    }

    private mutating func lost(_ number: Int, _ held: Double, _ spread: Double) -> Action {
        guard number == current else { return .listen }
        current = nil
        // A new one is on its way already.
        guard phase == .resting else { return .listen }
        let seconds = pacing.wait(held: held, asked: nil, spread: spread)
        return wait(for: seconds, AgentTrouble("the connection was lost"))
    }

    /// It restarts, or wants its agents elsewhere; what is under way may end on the old connection.
    private mutating func sentAway(_ number: Int, _ held: Double, _ spread: Double) -> Action {
        guard number == current else { return .listen }
        current = nil
        guard phase == .resting else { return .listen }
        let isUsual = held >= Self.shortestStay
        let seconds = isUsual ? 0.2 + spread * 1.8 : pacing.wait(held: held, asked: nil, spread: spread)
        return wait(for: seconds, AgentTrouble("the platform closes the connection"))
    }

    private mutating func wait(_ trouble: AgentTrouble, asked: Double?, _ spread: Double) -> Action {
        wait(for: pacing.wait(held: 0, asked: asked, spread: spread), trouble)
    }

    private mutating func wait(for seconds: Double, _ trouble: AgentTrouble, then purpose: Step = .connect) -> Action {
        self.trouble = trouble
        self.purpose = purpose
        key = .current
        waits += 1
        phase = .waiting(waits)
        return .wait(waits, seconds: seconds)
    }
}

// MARK: Refusals

extension AgentSession {
    private mutating func refused(_ refusal: PlatformRefusal, at step: Step, _ spread: Double) -> Action {
        let trouble = AgentTrouble(refusal, at: step)
        switch (refusal.status, step) {
        case (401, .enroll), (401, .connect):
            proofsRefused += 1
            // Too old when it arrived, or seen before: with a new challenge it is another one.
            if proofsRefused < Self.refusedProofs { return ask(for: step) }
            proofsRefused = 0
            return wait(trouble, asked: refusal.retryAfter, spread)
        case (404, .connect): return unknown(trouble, spread)
        case (403, .enroll), (403, .connect):
            let least = step == .enroll ? Self.banishment : Self.suspension
            return wait(for: min(max(least, refusal.retryAfter ?? 0), 3600) + spread * least / 5, trouble)
        case (409, .connect):
            return wait(trouble, asked: refusal.retryAfter ?? ReconnectPacing.longest, spread)
        case (429, _), (503, _):
            let seconds = pacing.wait(held: 0, asked: refusal.retryAfter, spread: spread)
            return wait(for: seconds, trouble, then: purpose)
        default: return wait(trouble, asked: refusal.retryAfter, spread)
        }
    }

    /// The platform does not know the key: it has changed, and the answer was lost; or it never knew it.
    private mutating func unknown(_ trouble: AgentTrouble, _ spread: Double) -> Action {
        if key == .current, hasNextKey {
            key = .next
            return ask(for: .connect)
        }
        key = .current
        // Known by enrolling, and not known a moment later: once more would be the same.
        guard enrolls, !hasEnrolled else {
            hasEnrolled = false
            return wait(trouble, asked: nil, spread)
        }
        return ask(for: .enroll)
    }
}
