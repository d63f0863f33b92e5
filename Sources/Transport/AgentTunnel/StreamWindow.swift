/// How much the other end may send on a stream, and when it is told so.
struct StreamWindow {
    /// What it may have on its way, unread.
    private(set) var size = TunnelProtocol.streamWindow
    /// Read since it was last told that it may send more; below zero while it may send more than it is to.
    private var unannounced = 0
    /// Read since this end last said something.
    private var stretch = 0

    /// Beyond that with which each stream begins.
    var extra: Int { size - TunnelProtocol.streamWindow }

    /// Notes what was read.
    /// - Returns: whether it is time to tell the other end.
    mutating func read(_ bytes: Int) -> Bool {
        unannounced += bytes
        stretch += bytes
        return unannounced >= size / 2
    }

    /// By how much it is to grow: a reader that has read all there is may be waiting for it; one that has not is not, and
    /// small questions and answers in turn are no reason.
    func wantedGrowth(hasReadAll: Bool) -> Int {
        hasReadAll && stretch >= size / 2 ? min(size, TunnelProtocol.largestStreamWindow - size) : 0
    }

    /// - Returns: what the other end is told.
    mutating func announce(growth: Int) -> Int {
        defer { unannounced = 0 }
        size += growth
        return unannounced + growth
    }

    /// Another question or answer begins: what the last one had beyond the usual, the other end gets no more.
    mutating func turn() {
        unannounced -= extra
        (size, stretch) = (TunnelProtocol.streamWindow, 0)
    }
}
