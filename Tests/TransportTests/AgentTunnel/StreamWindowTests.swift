import Testing

@testable import Transport

@Suite struct StreamWindowTests {
    private static let base = TunnelProtocol.streamWindow

    @Test func `small questions and answers in turn widen nothing`() {
        var window = StreamWindow()
        for _ in 0..<10_000 {
            if window.read(500) {
                #expect(window.wantedGrowth(hasReadAll: true) == 0)
                _ = window.announce(growth: 0)
            }
            window.turn()
        }
        #expect(window.extra == 0)
    }

    @Test func `a long answer that is read as it comes does, up to a bound`() {
        var window = StreamWindow()
        var told = 0
        var read = 0
        while read < 64 << 20 {
            read += 16 << 10
            guard window.read(16 << 10) else { continue }
            told += window.announce(growth: window.wantedGrowth(hasReadAll: true))
        }
        #expect(window.size == TunnelProtocol.largestStreamWindow)
        #expect(Self.base + told - read <= TunnelProtocol.largestStreamWindow)
    }

    @Test func `what was lent for an answer is taken back with the next one`() {
        var window = StreamWindow()
        var may = Self.base
        func pass(_ bytes: Int, _ growth: Int) {
            may -= bytes
            if window.read(bytes) { may += window.announce(growth: growth) }
        }
        pass(Self.base / 2, Self.base)
        #expect(window.extra == Self.base && may == 2 * Self.base)
        window.turn()
        #expect(window.extra == 0)
        for _ in 0..<100 { pass(1000, 0) }
        #expect(may <= 2 * Self.base)
        for _ in 0..<1000 {
            pass(1000, 0)
            window.turn()
        }
        #expect(may <= Self.base)
    }
}
