import NIOCore
import NIOHPACK
import NIOHTTP2

/// One exchange on a tunnel, at either end. Lives on the connection's event loop; `TunnelStreamHandle` is its other side.
final class TunnelStream {
    typealias HeadWaiter = CheckedContinuation<TunnelAnswer, any Error>
    /// `nil` at the end; else at least one.
    typealias BodyWaiter = CheckedContinuation<[ByteBuffer]?, any Error>
    typealias WriteWaiter = CheckedContinuation<Void, any Error>

    enum Wait {
        case forHead
        case forBytes(TimeAmount)
    }

    let id: HTTP2StreamID
    /// What is sent on while the other end speaks already: its source is free again only after its end.
    var upload: Task<Void, Never>?
    /// At the agent's end: what answers.
    var work: Task<Void, Never>?
    private var isWorkOver = false

    /// Raw bytes: each direction ends for itself.
    var isRaw = false
    /// At the agent's end of raw bytes: so long the platform has to end its direction when the service has ended its own.
    private static let farewell = TimeAmount.seconds(30)
    /// Gets what comes as it comes, in place of whoever waits for it.
    private var receiver: (any TunnelStreamReceiver)?

    private let frames: TunnelFrames
    private var headWaiter: HeadWaiter?
    private var head: HPACKHeaders?
    private var arrived = ArrivedBytes()
    private var window = StreamWindow()
    private var isComplete = false
    private var reader: BodyWaiter?
    private var idleTimeout: TimeAmount?

    private var hasEnded = false
    /// The last frame is on its way. A reset before that would overtake what still waits for a window.
    private var hasSentEnd = false
    private var ahead = 0
    private var writer: WriteWaiter?
    private var drained: WriteWaiter?

    private var isOver = false
    /// A reset is not answered with a reset.
    private var isReset = false
    /// Told when what has come before it was taken.
    private var lateReset: (any Error)?
    private var failure: (any Error)?
    private var wait: (what: Wait, until: NIODeadline)?

    init(id: HTTP2StreamID, frames: TunnelFrames, idleTimeout: TimeAmount? = nil) {
        self.id = id
        self.frames = frames
        self.idleTimeout = idleTimeout
    }
}

/// An answer's head, and its body when it came along.
struct TunnelAnswer: Sendable {
    let head: HPACKHeaders
    /// `nil` when it is still on its way.
    let whole: ByteBuffer?
}

// MARK: What the other end says

extension TunnelStream {
    func received(_ headers: HPACKHeaders, isLast: Bool) {
        // Later ones are trailers, which nobody here passes on.
        if head == nil { head = headers }
        isComplete = isComplete || isLast
        wait = nil
    }

    func received(_ bytes: ByteBuffer, isLast: Bool) {
        isComplete = isComplete || isLast
        if isLast { finishIfServed() }
        // Without a head these are no answer: whoever waits for one is to wait no longer than he wanted.
        if head != nil { wait = nil }
        guard !isOver, bytes.readableBytes > 0 else { return }
        let isWaitedFor = reader != nil || headWaiter != nil || receiver?.takesBytes ?? false
        arrived.append(bytes, isWaitedFor: isWaitedFor)
    }

    /// The other end wants no more of it.
    func received(reset reason: any Error) {
        isReset = true
        guard isComplete, !frames.isServing else {
            deliver()
            guard receiver != nil, !frames.isServing, !arrived.isEmpty else { return fail(reason) }
            hasEnded = true
            return lateReset = reason
        }
        // The answer was complete before the request (RFC 9113, section 8.1).
        hasEnded = true
        upload?.cancel()
        deliver()
    }

    /// Passes on what has come, to whoever waits for it.
    func deliver() {
        guard failure == nil else { return deliverFailure() }
        if receiver != nil {
            deliverToReceiver()
        } else if let waiter = headWaiter {
            guard let head else { return }
            if isComplete, hasEnded, upload == nil {
                headWaiter = nil
                let whole = arrived.takeAll()
                finish()
                waiter.resume(returning: TunnelAnswer(head: head, whole: whole))
            } else {
                headWaiter = nil
                waiter.resume(returning: TunnelAnswer(head: head, whole: nil))
            }
        } else if let reader {
            deliverBody(to: reader)
        }
    }

    private func deliverBody(to waiter: BodyWaiter) {
        let chunks = arrived.takeSome()
        if !chunks.isEmpty {
            reader = nil
            wait = nil
            consumed(chunks.reduce(0) { $0 + $1.readableBytes })
            waiter.resume(returning: chunks)
        } else if isComplete {
            // An answer that is complete before the request is: the other end does not want the rest.
            if let upload { return upload.cancel() }
            reader = nil
            if !frames.isServing, !isRaw || hasEnded { finish() }
            waiter.resume(returning: nil)
        }
    }

    private func deliverToReceiver() {
        var isAny = false
        // Any of its calls may end it, or ask for more.
        while let receiver, receiver.takesBytes, let chunk = arrived.takeNext() {
            isAny = true
            consumed(chunk.readableBytes)
            receiver.received(chunk)
        }
        if arrived.isEmpty, let lateReset {
            fail(lateReset)
        } else if arrived.isEmpty, isComplete {
            receiver?.receivedEnd()
        } else if isAny {
            receiver?.receivedAll()
        }
    }

    private func consumed(_ bytes: Int) {
        // To say anything on a stream that is reset ends the connection.
        guard window.read(bytes), !isComplete, !isOver, !isReset else { return }
        let growth = frames.lendWindow(upTo: window.wantedGrowth(hasReadAll: arrived.isEmpty))
        frames.widen(id, by: window.announce(growth: growth))
    }
}

// MARK: What this end says

extension TunnelStream {
    func awaitHead(_ waiter: HeadWaiter, until deadline: NIODeadline) {
        headWaiter = waiter
        set(.forHead, until: deadline)
    }

    func read(_ waiter: BodyWaiter) {
        guard !isOver || failure != nil || !arrived.isEmpty else { return waiter.resume(returning: nil) }
        reader = waiter
        if let idleTimeout { set(.forBytes(idleTimeout), until: .now() + idleTimeout) }
        deliver()
    }

    /// At the agent's end: the service wants no more of the request's body. The exchange goes on.
    func stopReading() {
        reader?.resume(throwing: CancellationError())
        reader = nil
    }

    func stopWriting() {
        writer?.resume(throwing: CancellationError())
        writer = nil
    }

    func send(_ headers: HPACKHeaders, isLast: Bool) {
        guard !isOver, !hasEnded else { return }
        hasEnded = isLast
        frames.send(
            .headers(.init(headers: headers, endStream: isLast)), on: id, done: isLast ? { _ in self.sentEnd() } : nil)
    }

    /// Whether a writer is to wait.
    var isAhead: Bool { ahead > frames.bytesAhead }

    /// - Parameters:
    ///   - waiter: told when the next piece may come.
    ///   - done: called when the socket has it or it was given up.
    func write(
        _ bytes: ByteBuffer, isLast: Bool, _ waiter: WriteWaiter? = nil, done: (((any Error)?) -> Void)? = nil
    ) {
        guard !isOver, !hasEnded else {
            let reason = failure ?? ChannelError.ioOnClosedChannel
            waiter?.resume(throwing: reason)
            done?(reason)
            return
        }
        // Frames without anything in them are a fault (RFC 9113, section 10.5), and end the connection.
        guard isLast || bytes.readableBytes > 0 else {
            waiter?.resume()
            done?(nil)
            return
        }
        if receiver != nil {
            frames.giveBackWindow(window.extra)
            window.turn()
        }
        hasEnded = isLast
        let length = bytes.readableBytes
        ahead += length
        frames.wrote(length)
        frames.send(.data(.init(data: .byteBuffer(bytes), endStream: isLast)), on: id) { [self] error in
            sent(length, error)
            if isLast { sentEnd() }
            done?(error)
        }
        if isAhead { writer = waiter } else { waiter?.resume() }
    }

    private func sent(_ length: Int, _ error: (any Error)?) {
        ahead -= length
        frames.sent(length)
        if ahead == 0 { resumeDrained(failure ?? error) }
        guard ahead <= frames.bytesAhead / 2 || error != nil else { return }
        receiver?.mayWrite()
        guard let waiter = writer else { return }
        writer = nil
        if let error { waiter.resume(throwing: failure ?? error) } else { waiter.resume() }
    }

    /// - Parameter waiter: told when all that was written has left.
    func awaitDrained(_ waiter: WriteWaiter) {
        drained = waiter
        if ahead == 0 || isOver { resumeDrained(failure) }
    }

    private func resumeDrained(_ error: (any Error)?) {
        guard let waiter = drained else { return }
        drained = nil
        if let error { waiter.resume(throwing: error) } else { waiter.resume() }
    }

    func end() {
        guard !isOver, !hasEnded else { return }
        hasEnded = true
        frames.send(.data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)), on: id) { [self] _ in sentEnd() }
    }

    private func sentEnd() {
        hasSentEnd = true
        finishIfServed()
    }

    /// At the agent's end. Who asks for raw bytes ends them in any case, and need not be told to with a reset, of which many
    /// in a short time end the connection.
    private func finishIfServed() {
        guard isWorkOver, hasSentEnd else { return }
        guard isRaw, !isComplete else { return finish() }
        set(.forBytes(Self.farewell), until: .now() + Self.farewell)
    }

    /// - Parameter failure: why not all of the request's body was sent.
    func uploadEnded(_ failure: (any Error)?) {
        upload = nil
        if let failure {
            if !isComplete { fail(failure) }
        } else if self.failure == nil {
            end()
        }
        deliver()
    }

    /// At the agent's end: the work on this exchange is over.
    func workEnded(_ failure: (any Error)?) {
        work = nil
        isWorkOver = true
        guard !isOver else { return }
        guard failure == nil, hasEnded else { return fail(failure ?? CancellationError(), .internalError) }
        finishIfServed()
    }

    /// Of raw bytes: from now on they go there, what has come already too.
    func attach(_ receiver: (any TunnelStreamReceiver)?) {
        self.receiver = receiver
        guard let failure else { return deliver() }
        self.receiver = nil
        receiver?.failed(failure)
    }

    /// Of raw bytes: nobody wants more of them. The receiver is not told.
    func close() {
        receiver = nil
        // What still waits to be taken would wait for ever.
        guard isComplete, ahead == 0 else { return fail(CancellationError()) }
        end()
        finish()
    }

    /// Nobody reads the body any more.
    func abandon() {
        guard !isOver else { return }
        if isComplete, hasEnded { finish() } else { fail(CancellationError()) }
    }
}

// MARK: The end

extension TunnelStream {
    /// At its first failure the exchange is over, and the other end is told.
    func fail(_ error: any Error, _ code: HTTP2ErrorCode = .cancel) {
        guard failure == nil, !isOver else { return }
        failure = error
        let receiver = receiver
        finish(code)
        upload?.cancel()
        work?.cancel()
        writer?.resume(throwing: error)
        writer = nil
        resumeDrained(error)
        receiver?.failed(error)
        deliverFailure()
    }

    /// Waits for the upload's end: only then is the source of the request's body free again.
    private func deliverFailure() {
        guard let failure, upload == nil else { return }
        if let waiter = headWaiter {
            headWaiter = nil
            waiter.resume(throwing: failure)
        } else if let waiter = reader {
            reader = nil
            waiter.resume(throwing: failure)
        }
    }

    private func finish(_ code: HTTP2ErrorCode = .noError) {
        guard !isOver else { return }
        isOver = true
        receiver = nil
        wait = nil
        arrived.drop()
        frames.giveBackWindow(window.extra)
        window = StreamWindow()
        frames.finished(self, reset: isReset || (isComplete && hasEnded) ? nil : code)
    }

    private func set(_ what: Wait, until deadline: NIODeadline) {
        wait = (what, deadline)
        frames.look(at: deadline)
    }

    /// Fails when what is waited for has not come in time.
    /// - Returns: when to look again; `nil` when nothing is waited for.
    func look(_ now: NIODeadline) -> NIODeadline? {
        guard let wait, !isOver else { return nil }
        guard wait.until <= now else { return wait.until }
        self.wait = nil
        switch wait.what {
        case .forHead: fail(ExchangeFailure.noAnswerInTime)
        case .forBytes(let limit): fail(ExchangeFailure.silent(limit))
        }
        return nil
    }
}
