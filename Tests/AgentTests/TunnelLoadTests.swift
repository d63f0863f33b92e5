import Testing

@testable import Agent

@Suite struct TunnelLoadTests {
    private func load(_ exchanges: [Int64]) -> TunnelLoad {
        var limits = TunnelLoad.Limits()
        (limits.busy, limits.quiet, limits.untilBusy, limits.untilQuiet) = (100, 10, 2, 3)
        var load = TunnelLoad(limits)
        for count in exchanges { load.note(exchanges: count) }
        return load
    }

    @Test func `it is busy when many came several times in a row`() {
        #expect(!load([1000]).isBusy)
        #expect(!load([0, 100]).isBusy)
        #expect(load([0, 100, 200]).isBusy)
        #expect(!load([0, 100, 199, 299]).isBusy)
    }

    @Test func `it is quiet when few came several times in a row`() {
        #expect(load([0, 9, 18, 27]).isQuiet)
        #expect(!load([0, 9, 18, 28]).isQuiet)
        #expect(!load([500, 500, 500]).isQuiet)
    }

    @Test func `a connection that is gone counts as nothing, and not as less`() {
        #expect(load([0, 100, 50, 150, 250]).isBusy)
        #expect(load([500, 20, 20, 20]).isQuiet)
    }
}
