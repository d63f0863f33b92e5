import Testing

@testable import Server

@Suite struct ListenerGateStateTests {
    @Test func `an ordinary request settles the connection at once`() {
        var state = UpgradeGateState()
        #expect(state.mayRead && !state.isSettled)
        #expect(state.read(.head(asksForUpgrade: false)) == .holdAndStay)
        #expect(state.isSettled && state.mayRead)
        #expect(state.read(.body) == .hold)
        #expect(state.closed() == false)
    }

    @Test func `nothing more is read while somebody decides`() {
        var state = UpgradeGateState()
        #expect(state.read(.head(asksForUpgrade: true)) == .holdAndAsk)
        #expect(state.mayRead)
        #expect(state.read(.end) == .hold)
        #expect(!state.mayRead)
        #expect(state.read(.head(asksForUpgrade: false)) == .hold)
        #expect(state.decided(accepted: true) == .leave)
        #expect(!state.mayRead)
        #expect(state.read(.body) == .hold)
        state.left()
        #expect(state.isSettled && state.mayRead)
    }

    @Test func `a refused request goes the way of all others`() {
        var state = UpgradeGateState()
        _ = state.read(.head(asksForUpgrade: true))
        _ = state.read(.end)
        #expect(state.decided(accepted: false) == .stay)
        #expect(state.isSettled && state.mayRead)
    }

    @Test func `a decision may come before the request's end`() {
        var state = UpgradeGateState()
        _ = state.read(.head(asksForUpgrade: true))
        #expect(state.decided(accepted: true) == .wait)
        #expect(state.mayRead && !state.isSettled)
        #expect(state.read(.end) == .leave)
    }

    @Test func `a body where none was announced closes`() {
        var state = UpgradeGateState()
        _ = state.read(.head(asksForUpgrade: true))
        #expect(state.read(.body) == .close)
        var early = UpgradeGateState()
        #expect(early.read(.end) == .close)
    }

    @Test func `what fails is told to whoever waits, once`() {
        var state = UpgradeGateState()
        _ = state.read(.head(asksForUpgrade: true))
        _ = state.read(.end)
        #expect(state.closed() == true)
        #expect(state.closed() == false)
        #expect(state.decided(accepted: true) == .tooLate)
        #expect(state.read(.end) == .close)
    }

    @Test func `garbage is answered only when nothing came before it`() {
        var first = UpgradeGateState()
        #expect(first.parserFailed() == .answerError)
        // The rest is read and dropped, that the answer may arrive.
        #expect(first.parserFailed() == .ignore)
        #expect(first.mayRead)
        #expect(first.read(.head(asksForUpgrade: false)) == .drop)
        #expect(first.isClosedByStopping)
        var later = UpgradeGateState()
        _ = later.read(.head(asksForUpgrade: true))
        #expect(later.parserFailed() == .close)
    }

    @Test func `stopping closes a connection that is not settled, and no other`() {
        var state = UpgradeGateState()
        #expect(state.isClosedByStopping)
        _ = state.read(.head(asksForUpgrade: true))
        _ = state.read(.end)
        #expect(state.isClosedByStopping)
        _ = state.decided(accepted: false)
        #expect(!state.isClosedByStopping)
    }
}
