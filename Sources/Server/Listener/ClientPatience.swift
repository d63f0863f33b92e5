import NIOCore

/// How long a client is waited for: until it says more, or takes what it is told. Lives on the connection's event loop.
///
/// One timer stays for many waits: it looks when the present one ends, which is mostly over by then.
final class ClientPatience {
    /// So many waits without a single byte taken end a client that does not read.
    private static let mostStuckWaits = 8

    private let channel: any Channel
    /// Of HTTP/2: its channels tell no numbers, and end the program when they are asked (NIOHTTP2 1.46).
    private let isStream: Bool
    /// Of a wait that goes on because the client still takes bytes.
    private let usual: TimeAmount
    private var deadline: NIODeadline?
    private var alarm: (task: Scheduled<Void>, rings: NIODeadline)?
    private var stuck = (bytes: 0, waits: 0)
    /// Of HTTP/2: an answer's end is written and has not left.
    private var isEndOnItsWay = false

    init(_ usual: Duration, on channel: any Channel, isStream: Bool) {
        self.usual = TimeAmount(usual)
        self.isStream = isStream
        self.channel = channel
    }

    /// From now on so long.
    func begin(_ time: TimeAmount) {
        stuck = (0, 0)
        wait(time)
    }

    private func wait(_ time: TimeAmount) {
        let until = NIODeadline.now() + time
        deadline = until
        if let alarm, alarm.rings <= until { return }
        alarm?.task.cancel()
        setAlarm(until)
    }

    /// The same as usual.
    func begin() { begin(usual) }

    /// It is not the client that is waited for.
    func end() { deadline = nil }

    func stop() {
        end()
        alarm?.task.cancel()
        alarm = nil
    }

    private func setAlarm(_ time: NIODeadline) {
        let task = channel.eventLoop.assumeIsolated().scheduleTask(deadline: time) { [weak self] () -> Void in
            self?.look()
        }
        alarm = (task, time)
    }

    private func look() {
        alarm = nil
        guard let deadline else { return }
        guard deadline <= .now() else { return setAlarm(deadline) }
        if isTakingBytes() { wait(usual) } else { channel.close(promise: nil) }
    }

    /// - Returns: to be given to the write of an answer's end, so that it is known when that has left; `nil` where bytes are
    ///   counted.
    func promiseOfEnd() -> EventLoopPromise<Void>? {
        guard isStream else { return nil }
        isEndOnItsWay = true
        let left = channel.eventLoop.makePromise(of: Void.self)
        left.futureResult.assumeIsolated().whenComplete { [self] _ in isEndOnItsWay = false }
        return left
    }

    /// Who reads slowly is not to lose the end of its answer, nor to keep it waiting for ever.
    private func isTakingBytes() -> Bool {
        let known = isStream ? nil : try? channel.syncOptions?.getOption(.bufferedWritableBytes)
        let waiting = known ?? (channel.isWritable && !isEndOnItsWay ? 0 : 1)
        guard waiting > 0 else { return false }
        stuck = waiting == stuck.bytes ? (waiting, stuck.waits + 1) : (waiting, 0)
        return stuck.waits < Self.mostStuckWaits
    }
}
