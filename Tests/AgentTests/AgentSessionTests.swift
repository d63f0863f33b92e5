import Agent
import Fleet
import Testing

/// Plays without sockets and without a clock.
@Suite struct AgentSessionTests {
    private static let challenge = AgentChallenge(audience: "a", nonce: "n", issuedAt: 1, expiresAt: 61)

    private func connected(_ session: inout AgentSession) -> AgentSession.Action {
        _ = session.begin()
        _ = session.handle(.challenged(Self.challenge), spread: 0)
        return session.handle(.connected(1), spread: 0)
    }

    /// Seconds of a wait; `nil` for anything else.
    private func seconds(_ action: AgentSession.Action) -> Double? {
        if case .wait(_, let seconds) = action { return seconds }
        return nil
    }

    private func end(_ action: AgentSession.Action, of session: inout AgentSession) -> AgentSession.Action {
        guard case .wait(let number, _) = action else { return action }
        return session.handle(.waited(number), spread: 0)
    }

    /// Refuses the connection after a challenge.
    private func refuse(
        _ session: inout AgentSession, _ refusal: PlatformRefusal, spread: Double = 0
    ) -> AgentSession.Action {
        _ = session.handle(.challenged(Self.challenge), spread: 0)
        return session.handle(.refused(refusal), spread: spread)
    }

    @Test func `a known agent is let in`() {
        var session = AgentSession()
        #expect(session.begin() == .challenge)
        #expect(
            session.handle(.challenged(Self.challenge), spread: 0) == .connect(Self.challenge, .current, number: 1))
        #expect(session.current == nil)
        #expect(session.handle(.connected(1), spread: 0) == .listen)
        #expect(session.current == 1)
        #expect(session.trouble == nil)
    }

    @Test func `an unknown one enrols, and is let in then`() {
        var session = AgentSession()
        _ = session.begin()
        #expect(refuse(&session, PlatformRefusal(status: 404)) == .challenge)
        #expect(session.handle(.challenged(Self.challenge), spread: 0) == .enroll(Self.challenge))
        #expect(session.handle(.enrolled, spread: 0) == .challenge)
        #expect(
            session.handle(.challenged(Self.challenge), spread: 0) == .connect(Self.challenge, .current, number: 2))
        #expect(session.handle(.connected(2), spread: 0) == .listen)
    }

    @Test func `one that has enrolled and is not known all the same waits before it enrols again`() {
        var session = AgentSession()
        _ = session.begin()
        _ = refuse(&session, PlatformRefusal(status: 404))
        _ = session.handle(.challenged(Self.challenge), spread: 0)
        _ = session.handle(.enrolled, spread: 0)
        let wait = refuse(&session, PlatformRefusal(status: 404))
        #expect(seconds(wait) != nil)
        #expect(end(wait, of: &session) == .challenge)
        #expect(refuse(&session, PlatformRefusal(status: 404)) == .challenge)
        #expect(session.handle(.challenged(Self.challenge), spread: 0) == .enroll(Self.challenge))
    }

    @Test func `the second of several connections leaves enrolling to the first`() {
        var session = AgentSession(enrolls: false)
        _ = session.begin()
        #expect(seconds(refuse(&session, PlatformRefusal(status: 404))) != nil)
    }

    @Test func `a proof that is refused is made anew, three times in all`() {
        var session = AgentSession()
        _ = session.begin()
        #expect(refuse(&session, PlatformRefusal(status: 401)) == .challenge)
        #expect(refuse(&session, PlatformRefusal(status: 401)) == .challenge)
        #expect(seconds(refuse(&session, PlatformRefusal(status: 401))) != nil)
        #expect(session.trouble?.reason == "the platform does not accept this agent's proof")
    }

    @Test func `a proof to enrol that is refused is one to enrol again`() {
        var session = AgentSession()
        _ = session.begin()
        _ = refuse(&session, PlatformRefusal(status: 404))
        #expect(refuse(&session, PlatformRefusal(status: 401)) == .challenge)
        #expect(session.handle(.challenged(Self.challenge), spread: 0) == .enroll(Self.challenge))
    }

    @Test(arguments: [0, 0.5, 0.99])
    func `a revoked one asks again within a minute, as it may be restored, and says what to do`(spread: Double) throws {
        var session = AgentSession()
        _ = session.begin()
        let wait = refuse(&session, PlatformRefusal(status: 403, detail: "revoked yesterday"), spread: spread)
        #expect(try #require(seconds(wait)) >= 45)
        #expect(try #require(seconds(wait)) <= 60)
        #expect(session.trouble?.reason == "the platform refuses this agent's key: revoked yesterday")
        #expect(session.trouble?.advice?.contains("restore the agent") == true)
        #expect(end(wait, of: &session) == .challenge)
    }

    @Test func `a token that is not taken is named, and the agent tries to connect before it tries it again`() {
        var session = AgentSession()
        _ = session.begin()
        _ = refuse(&session, PlatformRefusal(status: 404))
        let wait = refuse(&session, PlatformRefusal(status: 403, detail: "the token has expired"))
        #expect(seconds(wait).map { $0 >= 300 } == true)
        #expect(session.trouble?.reason == "the platform does not let this agent join: the token has expired")
        #expect(end(wait, of: &session) == .challenge)
        guard case .connect = session.handle(.challenged(Self.challenge), spread: 0) else {
            return #expect(Bool(false), "it may have been claimed meanwhile")
        }
    }

    @Test func `a copy waits as long as it is told, and the advice says that it is one`() {
        var session = AgentSession()
        _ = session.begin()
        #expect(seconds(refuse(&session, PlatformRefusal(status: 409, retryAfter: 30), spread: 0.5)) == 30.5)
        #expect(session.trouble?.advice?.contains("copied") == true)
    }

    @Test(arguments: [429, 503])
    func `a platform without time is obeyed at every step`(status: Int) {
        var session = AgentSession()
        _ = session.begin()
        let first = session.handle(.refused(PlatformRefusal(status: status, retryAfter: 17)), spread: 0.25)
        #expect(seconds(first) == 17.25)
        _ = end(first, of: &session)
        #expect(seconds(refuse(&session, PlatformRefusal(status: status, retryAfter: 44))) == 44)
    }

    @Test func `an enrolment that was put off goes on as one`() {
        var session = AgentSession()
        _ = session.begin()
        _ = refuse(&session, PlatformRefusal(status: 404))
        let wait = refuse(&session, PlatformRefusal(status: 503, retryAfter: 5))
        #expect(end(wait, of: &session) == .challenge)
        #expect(session.handle(.challenged(Self.challenge), spread: 0) == .enroll(Self.challenge))
    }

    @Test func `without an answer it waits longer each time, and never longer than a minute`() throws {
        var session = AgentSession()
        var action = session.begin()
        var longest = 0.0
        for attempt in 1...12 {
            #expect(action == .challenge)
            let wait = session.handle(.failed(AgentTrouble("no")), spread: 0.999)
            let now = try #require(seconds(wait))
            #expect(now >= longest || attempt > 6)
            longest = max(longest, now)
            action = end(wait, of: &session)
        }
        #expect(longest > ReconnectPacing.longest * 0.8)
        #expect(longest <= ReconnectPacing.longest)
    }

    @Test func `a lost connection is dialled anew, soon when it had held for long`() throws {
        var session = AgentSession()
        _ = connected(&session)
        let wait = session.handle(.lost(1, held: 3600), spread: 0.999)
        #expect(try #require(seconds(wait)) <= 2)
        #expect(session.current == nil)
        #expect(session.trouble?.reason == "the connection was lost")
        #expect(end(wait, of: &session) == .challenge)
    }

    @Test func `connections that break at once are dialled ever less often`() throws {
        var session = AgentSession()
        _ = session.begin()
        var waits: [Double] = []
        for number in 1...8 {
            _ = session.handle(.challenged(Self.challenge), spread: 0)
            _ = session.handle(.connected(number), spread: 0)
            let wait = session.handle(.lost(number, held: 0.1), spread: 0.999)
            waits.append(try #require(seconds(wait)))
            _ = end(wait, of: &session)
        }
        #expect(waits == waits.sorted())
        #expect(try #require(waits.last) > 30)
    }

    @Test(arguments: [0, 0.999])
    func `a platform that says goodbye is dialled soon, and not at once`(spread: Double) throws {
        var session = AgentSession()
        _ = connected(&session)
        let wait = try #require(seconds(session.handle(.sentAway(1, held: 60), spread: spread)))
        #expect(wait >= 0.2)
        #expect(wait <= 2)
        #expect(session.handle(.lost(1, held: 61), spread: 0) == .listen)
    }

    @Test func `one that says goodbye at once, again and again, is left alone`() throws {
        var session = AgentSession()
        _ = session.begin()
        var last = 0.0
        for number in 1...8 {
            _ = session.handle(.challenged(Self.challenge), spread: 0)
            _ = session.handle(.connected(number), spread: 0)
            let wait = session.handle(.sentAway(number, held: 0.1), spread: 0.999)
            last = try #require(seconds(wait))
            _ = end(wait, of: &session)
        }
        #expect(last > 30)
    }

    @Test func `what changes is shown on a new connection, and the old one is used until then`() {
        var session = AgentSession()
        _ = connected(&session)
        #expect(session.handle(.renew, spread: 0) == .challenge)
        #expect(session.current == 1)
        #expect(
            session.handle(.challenged(Self.challenge), spread: 0) == .connect(Self.challenge, .current, number: 2))
        #expect(session.handle(.connected(2), spread: 0) == .listen)
        #expect(session.current == 2)
        // That the old one ends is no loss.
        #expect(session.handle(.sentAway(1, held: 9), spread: 0) == .listen)
        #expect(session.handle(.lost(1, held: 9), spread: 0) == .listen)
        #expect(session.current == 2)
    }

    @Test func `when there is no new connection the old one stays, and its loss is noticed while waiting`() {
        var session = AgentSession()
        _ = connected(&session)
        _ = session.handle(.renew, spread: 0)
        let wait = session.handle(.failed(AgentTrouble("no")), spread: 0)
        #expect(session.current == 1)
        #expect(session.handle(.renew, spread: 0) == .listen)
        #expect(session.handle(.lost(1, held: 100), spread: 0) == .listen)
        #expect(session.current == nil)
        #expect(end(wait, of: &session) == .challenge)
    }

    @Test func `a wait that was over long ago starts nothing`() {
        var session = AgentSession()
        _ = session.begin()
        let first = session.handle(.failed(AgentTrouble("no")), spread: 0)
        _ = end(first, of: &session)
        let second = session.handle(.failed(AgentTrouble("no")), spread: 0)
        #expect(end(first, of: &session) == .listen)
        #expect(end(second, of: &session) == .challenge)
        _ = session.handle(.challenged(Self.challenge), spread: 0)
        _ = session.handle(.connected(1), spread: 0)
        #expect(end(second, of: &session) == .listen)
    }

    @Test func `where the old key is not known the new one is tried, before the agent enrols anew`() {
        var session = AgentSession()
        session.hasNextKey = true
        _ = session.begin()
        #expect(refuse(&session, PlatformRefusal(status: 404)) == .challenge)
        #expect(session.handle(.challenged(Self.challenge), spread: 0) == .connect(Self.challenge, .next, number: 2))
        var other = session
        session.hasNextKey = false
        #expect(session.handle(.connected(2), spread: 0) == .listen)
        _ = session.handle(.renew, spread: 0)
        #expect(
            session.handle(.challenged(Self.challenge), spread: 0) == .connect(Self.challenge, .current, number: 3))
        // Neither is known.
        #expect(other.handle(.refused(PlatformRefusal(status: 404)), spread: 0) == .challenge)
        #expect(other.handle(.challenged(Self.challenge), spread: 0) == .enroll(Self.challenge))
    }

    @Test(arguments: [
        (301, "leads elsewhere"), (400, "not upgraded"), (426, "not upgraded"), (200, "not upgraded"),
        (500, "status 500"), (502, "status 502"),
    ])
    func `whatever else is answered is told, and tried again`(status: Int, words: String) {
        var session = AgentSession()
        _ = session.begin()
        let wait = refuse(&session, PlatformRefusal(status: status))
        #expect(session.trouble?.reason.contains(words) == true)
        #expect(end(wait, of: &session) == .challenge)
    }

    @Test(arguments: [404, 405])
    func `an address without a platform is told as such`(status: Int) {
        var session = AgentSession()
        _ = session.begin()
        let wait = session.handle(.refused(PlatformRefusal(status: status)), spread: 0)
        #expect(session.trouble?.advice?.contains("server") == true)
        #expect(end(wait, of: &session) == .challenge)
    }

    /// Whatever comes in whatever order, it never does nothing for ever without a connection.
    @Test func `no play leaves it without a connection and without a plan`() {
        for seed in 0..<2000 as Range<UInt64> {
            var dice = SeededGenerator(seed: seed)
            var session = AgentSession(enrolls: Bool.random(using: &dice))
            var pending = session.begin()
            var number = 0
            for _ in 0..<60 {
                session.hasNextKey = Bool.random(using: &dice)
                if case .connect(_, _, let dialled) = pending { number = dialled }
                let event = Self.event(after: pending, number, &dice)
                let action = session.handle(event, spread: .random(in: 0..<1, using: &dice))
                // What is under way goes on beside what happens meanwhile.
                if case .connected = event { pending = .listen }
                if action != .listen { pending = action }
                guard pending == .listen, session.current == nil else { continue }
                Issue.record("with seed \(seed) it waits for nothing")
                return
            }
        }
    }

    private static func event(
        after pending: AgentSession.Action, _ number: Int, _ dice: inout SeededGenerator
    ) -> AgentSession.Event {
        if Int.random(in: 0..<4, using: &dice) == 0, case .wait = pending {
            return [.renew, .lost(number, held: 1), .sentAway(number, held: 1)].randomElement(using: &dice) ?? .renew
        }
        let statuses = [400, 401, 403, 404, 409, 429, 500, 503]
        let isRefused = Bool.random(using: &dice)
        let refusal = PlatformRefusal(status: statuses.randomElement(using: &dice) ?? 500)
        switch pending {
        case .challenge: return isRefused ? .failed(AgentTrouble("no")) : .challenged(challenge)
        case .enroll: return isRefused ? .refused(refusal) : .enrolled
        case .connect(_, _, let number): return isRefused ? .refused(refusal) : .connected(number)
        case .wait(let wait, _): return .waited(wait)
        case .listen: return isRefused ? .lost(number, held: 100) : .renew
        }
    }
}
