import DequeModule
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
    /// Gets what comes as it comes, in place of whoever waits for it.
    private var receiver: (any TunnelStreamReceiver)?

    private let frames: TunnelFrames
    private var headWaiter: HeadWaiter?
    private var head: HPACKHeaders?
    private var chunks: Deque<ByteBuffer> = []
    /// Whether the last of them is a copy, to which more may be appended.
    private var hasOwnLast = false
    private var unread = 0
    private var window = TunnelProtocol.streamWindow
    /// Read since the other end was last told that it may send more.
    private var unannounced = 0
    private var isComplete = false
    private var reader: BodyWaiter?
    private var idleTimeout: TimeAmount?

    private var hasEnded = false
    /// The last frame is on its way. A reset before that would overtake what still waits for a window.
    private var hasSentEnd = false
    private var ahead = 0
    private var writer: WriteWaiter?

    private var isOver = false
    /// A reset is not answered with a reset.
    private var isReset = false
    private var failure: (any Error)?
    private var wait: (what: Wait, until: NIODeadline)?

    init(id: HTTP2StreamID, frames: TunnelFrames, idleTimeout: TimeAmount? = nil) {
        self.id = id
        self.frames = frames
        self.idleTimeout = idleTimeout
    }
}

/// Takes what comes of raw bytes, on the event loop.
protocol TunnelStreamReceiver: AnyObject {
    /// Whether it takes them now; once it does again, it asks for them with `deliver()`.
    var takesBytes: Bool { get }
    func received(_ bytes: ByteBuffer)
    /// No more for the moment.
    func receivedAll()
    /// The other end has said all it had to say.
    func receivedEnd()
    /// The exchange is over; nothing follows.
    func failed(_ error: any Error)
    /// Who has written more than the wire takes may go on.
    func mayWrite()
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
        // Without a head these are no answer: whoever waits for one is to wait no longer than he wanted.
        if head != nil { wait = nil }
        guard !isOver, bytes.readableBytes > 0 else { return }
        keep(bytes)
        unread += bytes.readableBytes
    }

    /// What nobody waits for may lie here for long, and would keep all that came with it: so it is copied, and behind
    /// what lies here already, or frames of one byte would take a hundred each.
    private func keep(_ bytes: ByteBuffer) {
        let isWaitedFor = reader != nil || headWaiter != nil || receiver?.takesBytes ?? false
        guard !isWaitedFor || !chunks.isEmpty else { return chunks.append(bytes) }
        if let last = chunks.indices.last, hasOwnLast,
            chunks[last].readableBytes + bytes.readableBytes <= TunnelProtocol.frameLimit
        {
            chunks[last].writeImmutableBuffer(bytes)
        } else {
            chunks.append(ByteBuffer(buffer: bytes))
            hasOwnLast = true
        }
    }

    /// The other end wants no more of it.
    func received(reset reason: any Error) {
        isReset = true
        guard isComplete, !frames.isServing, receiver == nil else {
            deliver()
            return fail(reason)
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
                let whole = takeAll()
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
        let chunks = takeChunks()
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
        while let receiver, receiver.takesBytes, let chunk = takeChunk() {
            isAny = true
            consumed(chunk.readableBytes)
            receiver.received(chunk)
        }
        if chunks.isEmpty, isComplete { receiver?.receivedEnd() } else if isAny { receiver?.receivedAll() }
    }

    /// What is there, within bounds: a reader on another event loop would wait for each of them as long as it takes to
    /// pass it on.
    private func takeChunks() -> [ByteBuffer] {
        var (taken, bytes) = ([ByteBuffer](), 0)
        while bytes < TunnelProtocol.bytesAhead, let chunk = takeChunk() {
            taken.append(chunk)
            bytes += chunk.readableBytes
        }
        return taken
    }

    /// The next piece; small ones together, because each is a write for its reader.
    private func takeChunk() -> ByteBuffer? {
        defer { if chunks.isEmpty { hasOwnLast = false } }
        guard var chunk = chunks.popFirst() else { return nil }
        while let next = chunks.first, chunk.readableBytes + next.readableBytes <= TunnelProtocol.frameLimit {
            chunk.writeImmutableBuffer(next)
            chunks.removeFirst()
        }
        return chunk
    }

    private func takeAll() -> ByteBuffer {
        hasOwnLast = false
        guard var whole = chunks.popFirst() else { return ByteBuffer() }
        while var chunk = chunks.popFirst() { whole.writeBuffer(&chunk) }
        consumed(unread)
        return whole
    }

    private func consumed(_ bytes: Int) {
        unread -= bytes
        unannounced += bytes
        guard !isComplete, !isOver, unannounced >= window / 2 else { return }
        // A reader that has read all there is may be waiting for its window; one that has not is not.
        let wanted = unread == 0 ? min(window, TunnelProtocol.largestStreamWindow - window) : 0
        let lent = frames.lendWindow(upTo: wanted)
        window += lent
        frames.widen(id, by: unannounced + lent)
        unannounced = 0
    }
}

// MARK: What this end says

extension TunnelStream {
    func awaitHead(_ waiter: HeadWaiter, until deadline: NIODeadline) {
        headWaiter = waiter
        set(.forHead, until: deadline)
    }

    func read(_ waiter: BodyWaiter) {
        guard !isOver || failure != nil || !chunks.isEmpty else { return waiter.resume(returning: nil) }
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
    var isAhead: Bool { ahead > TunnelProtocol.bytesAhead }

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
        hasEnded = isLast
        let length = bytes.readableBytes
        ahead += length
        frames.send(.data(.init(data: .byteBuffer(bytes), endStream: isLast)), on: id) { [self] error in
            sent(length, error)
            if isLast { sentEnd() }
            done?(error)
        }
        if isAhead { writer = waiter } else { waiter?.resume() }
    }

    private func sent(_ length: Int, _ error: (any Error)?) {
        ahead -= length
        guard ahead <= TunnelProtocol.bytesAhead / 2 || error != nil else { return }
        receiver?.mayWrite()
        guard let waiter = writer else { return }
        writer = nil
        if let error { waiter.resume(throwing: failure ?? error) } else { waiter.resume() }
    }

    func end() {
        guard !isOver, !hasEnded else { return }
        hasEnded = true
        frames.send(.data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)), on: id) { [self] _ in sentEnd() }
    }

    private func sentEnd() {
        hasSentEnd = true
        if isWorkOver { finish() }
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
        if hasSentEnd { finish() }
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
        guard !isOver else { return }
        end()
        if isComplete { finish() } else { fail(CancellationError()) }
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
        chunks = []
        unread = 0
        frames.giveBackWindow(window - TunnelProtocol.streamWindow)
        window = TunnelProtocol.streamWindow
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
