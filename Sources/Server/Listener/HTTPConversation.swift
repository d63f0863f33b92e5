import DequeModule
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// The end of a client's pipeline: takes requests one after the other and writes the answers to them, on an HTTP/1.1
/// connection or on one stream of HTTP/2. Lives on the connection's event loop; `ClientConnection` is its other side.
///
/// Hummingbird has streams of parts for this (`NIOAsyncChannel`), with locks, casts and turns of the event loop for each
/// part, which small requests pay for most.
final class HTTPConversation: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPResponsePart

    typealias RequestWaiter = CheckedContinuation<IncomingRequest?, Never>
    typealias BodyWaiter = CheckedContinuation<ByteBuffer?, any Error>
    typealias WriteWaiter = CheckedContinuation<Void, any Error>

    /// Bytes that wait for whoever answers before the client is held back; it goes on when half of them are read.
    private static let readAhead = 256 << 10
    /// Bytes that are read, and thrown away, of a request that is answered already: as much as may be on its way when the
    /// answer is given, so that a client which reads only when it has sent everything sees its answer.
    private static let longestRest = 8 << 20

    private let limits: ListenerLimits
    /// It is a stream of HTTP/2: its answer's end ends it, and to close it is to take back what is on its way.
    private let isStream: Bool
    private var context: ChannelHandlerContext?
    private var state = HTTPConversationState()
    /// Cancelled when the client goes, while what runs is for the client alone.
    private var work: Task<Void, Never>?
    private var isForClientAlone = false

    /// What follows the request that is under way.
    private var later: Deque<HTTPRequestPart> = []
    private var body: Deque<ByteBuffer> = []
    /// Bytes in the two of them.
    private var unread = 0
    private var isReadHeld = false
    /// Bytes since the answer to a request whose end has not come.
    private var rest = 0
    /// Why nothing more can be read, or written.
    private var failure: (any Error)?

    private var nextRequest: RequestWaiter?
    private var reader: BodyWaiter?
    private var writer: WriteWaiter?
    private var isFlushScheduled = false
    private var expectsContinue = false
    /// Of which request nobody reads the body any more.
    private var unwanted = 0

    private var patience: ClientPatience?
    /// Whether a part has come since the last look: bytes that make none yet are no sign of life.
    private var hasHeard = false

    init(limits: ListenerLimits, isStream: Bool) {
        self.limits = limits
        self.isStream = isStream
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        patience = ClientPatience(limits.idleTimeout, on: context.channel, isStream: isStream)
        patience?.begin()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        gone()
        self.context = nil
    }
}

// MARK: What the client says

extension HTTPConversation {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        hasHeard = true
        switch state.received(part) {
        case .later:
            later.append(part)
            unread += part.weight
        case .body:
            guard case .body(let bytes) = part else { return }
            body.append(bytes)
            unread += bytes.readableBytes
        case .rest:
            if case .body(let bytes) = part { rest += bytes.readableBytes }
        case .end: break
        case .endOfRest:
            rest = 0
            leaveIfDone()
        }
    }

    /// Small requests are there whole by now: then nobody has to wait twice.
    func channelReadComplete(context: ChannelHandlerContext) {
        if hasHeard { turn() }
        hasHeard = false
        deliver()
        context.fireChannelReadComplete()
    }

    /// Whose turn it is may have changed. What is left of an answered request has a time of its own.
    private func turn() {
        guard !state.isAnswered, !state.hasEnded else { return }
        let isClientsTurn = state.isClientsTurn(hasMore: !later.isEmpty) && !isReadHeld
        if isClientsTurn { patience?.begin() } else if writer == nil { patience?.end() }
    }

    private func deliver() {
        if nextRequest != nil { deliverRequest() } else if reader != nil { deliverBody() }
    }

    func read(context: ChannelHandlerContext) {
        guard unread >= Self.readAhead || rest > Self.longestRest else { return context.read() }
        isReadHeld = true
        // It is not the client that is slow.
        turn()
    }

    private func consumed(_ bytes: Int) {
        unread -= bytes
        guard isReadHeld, unread <= Self.readAhead / 2, rest <= Self.longestRest else { return }
        isReadHeld = false
        turn()
        context?.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: inputClosed(context)
        case is ChannelShouldQuiesceEvent:
            state.stop()
            leaveIfDone()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private func inputClosed(_ context: ChannelHandlerContext) {
        // Whoever says no more still wants the answers to what was said, but waits for no long ones.
        state.inputClosed()
        cancelForNobody()
        leaveIfDone()
        if !state.isWhole { fail(HTTPParserError.invalidEOFState) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard UnreadableRequest.isAbout(error) else { return context.close(promise: nil) }
        // The last answer may still be on its way.
        guard !state.isEnding else { return }
        guard !state.isAnswered else { return context.close(promise: nil) }
        fail(error)
    }

    private func fail(_ error: any Error) {
        if failure == nil { failure = error }
        deliver()
    }

    func channelInactive(context: ChannelHandlerContext) {
        gone()
        context.fireChannelInactive()
    }

    private func gone() {
        guard state.gone() else { return }
        patience?.stop()
        if failure == nil { failure = ChannelError.eof }
        cancelForNobody()
        later = []
        // What has come whole is read to its end: a change is not to be cut in half because its client has gone.
        if !state.isWhole { body = [] }
        nextRequest?.resume(returning: nil)
        reader?.resume(throwing: ChannelError.eof)
        writer?.resume(throwing: ChannelError.ioOnClosedChannel)
        (nextRequest, reader, writer) = (nil, nil, nil)
    }
}

// MARK: What answers asks for

extension HTTPConversation {
    func next(_ waiter: RequestWaiter) {
        nextRequest = waiter
        deliverRequest()
    }

    private func deliverRequest() {
        guard let waiter = nextRequest else { return }
        if state.isOver {
            nextRequest = nil
            waiter.resume(returning: nil)
        } else if state.isEnding {
            // It is over when the client has taken what is on its way.
            return
        } else if !state.hasRequest, case .head(let head)? = later.first {
            nextRequest = nil
            waiter.resume(returning: begin(head))
        } else if !state.hasRequest, let failure {
            reject(failure)
        }
    }

    private func begin(_ head: HTTPRequest) -> IncomingRequest {
        var taken = later.removeFirst().weight
        state.began(head)
        while !state.isWhole, let part = later.popFirst() {
            if case .body(let bytes) = part { body.append(bytes) } else { taken += part.weight }
            _ = state.received(part)
        }
        turn()
        expectsContinue = !state.isWhole && body.isEmpty && head.headerFields[.expect]?.lowercased() == "100-continue"
        defer { consumed(taken) }
        return IncomingRequest(number: state.number, head: head, whole: state.isWhole ? takeAll() : nil)
    }

    private func takeAll() -> ByteBuffer {
        guard var whole = body.popFirst() else { return ByteBuffer() }
        while var chunk = body.popFirst() { whole.writeBuffer(&chunk) }
        unread -= whole.readableBytes
        return whole
    }

    /// - Parameter request: whose body is meant; of one that is answered nobody gets any more.
    func read(_ request: Int, _ waiter: BodyWaiter) {
        guard request == state.number, !state.isAnswered, request != unwanted else {
            return waiter.resume(throwing: CancellationError())
        }
        guard reader == nil else { return waiter.resume(throwing: ChannelError.operationUnsupported) }
        reader = waiter
        if expectsContinue, !state.hasHead {
            expectsContinue = false
            write(.head(HTTPResponse(status: .continue)))
            flush()
        }
        deliverBody()
    }

    private func deliverBody() {
        guard let waiter = reader else { return }
        if let bytes = body.popFirst() {
            reader = nil
            consumed(bytes.readableBytes)
            waiter.resume(returning: bytes)
        } else if state.isWhole {
            reader = nil
            waiter.resume(returning: nil)
        } else if let failure {
            reader = nil
            waiter.resume(throwing: failure)
        }
    }

    /// Whoever reads the body, or is about to, is not to wait for it.
    func stopReading(_ request: Int) {
        guard request == state.number else { return }
        unwanted = request
        reader?.resume(throwing: CancellationError())
        reader = nil
    }

    func setForClientAlone(_ isOn: Bool) {
        isForClientAlone = isOn
        cancelForNobody()
    }

    func setWork(_ task: Task<Void, Never>?) {
        work = task
        cancelForNobody()
    }

    private func cancelForNobody() {
        if isForClientAlone, state.isOver || state.isInputClosed { work?.cancel() }
    }
}

// MARK: What is answered

extension HTTPConversation {
    func write(_ part: HTTPResponsePart) {
        guard let context, !state.isOver else { return }
        if case .head(let head) = part, head.status.kind != .informational { state.hasHead = true }
        context.write(wrapOutboundOut(part), promise: nil)
        flushSoon()
    }

    /// - Returns: whether more may come; else it is to be waited for.
    func write(_ bytes: ByteBuffer) throws -> Bool {
        guard let context, !state.isOver else { throw ChannelError.ioOnClosedChannel }
        guard !state.isToHead else { return true }  // However it was made: RFC 9110, section 9.3.2.
        write(.body(bytes))
        return context.channel.isWritable
    }

    func awaitWritability(_ waiter: WriteWaiter) {
        guard let context, !state.isOver else { return waiter.resume(throwing: ChannelError.ioOnClosedChannel) }
        guard !context.channel.isWritable else { return waiter.resume() }
        writer = waiter
        patience?.begin()
    }

    func stopWriting() {
        writer?.resume(throwing: CancellationError())
        writer = nil
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, let waiter = writer {
            writer = nil
            turn()
            waiter.resume()
        }
        context.fireChannelWritabilityChanged()
    }

    /// Most answers end in the turn of the event loop in which they begin, and are one write then.
    private func flushSoon() {
        guard !isFlushScheduled, let context else { return }
        isFlushScheduled = true
        context.eventLoop.assumeIsolated().execute { [self] in
            if isFlushScheduled { flush() }
        }
    }

    private func flush() {
        isFlushScheduled = false
        context?.flush()
    }

    /// The answer is given. What is unread of its request is for nobody.
    func finish(_ trailers: HTTPFields?) {
        guard let context, !state.isOver else { return }
        context.write(wrapOutboundOut(.end(trailers)), promise: patience?.promiseOfEnd())
        flush()
        consumed(body.reduce(0) { $0 + $1.readableBytes })
        body = []
        reader?.resume(throwing: CancellationError())
        reader = nil
        settle(state.answered(hasMore: !later.isEmpty))
        deliverRequest()
    }

    private func settle(_ what: HTTPConversationState.Continuation) {
        switch what {
        case .next: turn()
        case .rest: patience?.begin(TimeAmount(limits.earlyAnswerPatience))
        case .end: end()
        }
    }

    private func leaveIfDone() {
        if state.mayEnd(hasMore: !later.isEmpty) {
            end()
        } else if state.mayClose {
            context?.close(promise: nil)
        }
    }

    /// To close with bytes unread would reset the connection, and to close before the last ones are written would lose
    /// them: so only our direction ends now, behind what is on its way, and the rest when the client has ended its own, or
    /// the time is up.
    private func end() {
        state.end()
        let unwanted = later
        later = []
        patience?.begin(TimeAmount(limits.earlyAnswerPatience))
        consumed(unwanted.reduce(0) { $0 + $1.weight })
        guard !isStream, let context else { return }
        let closed = context.eventLoop.makePromise(of: Void.self)
        closed.futureResult.assumeIsolated().whenComplete { [self] _ in
            state.outputClosed()
            leaveIfDone()
        }
        context.close(mode: .output, promise: closed)
    }

    /// For what is not HTTP; the last answer.
    func reject(_ error: any Error) {
        guard let context, !state.isOver else { return }
        guard state.isHeadDue else { return context.close(promise: nil) }
        let answer = UnreadableRequest(error)
        write(.head(answer.head))
        if !state.isToHead { write(.body(answer.body)) }
        state.isLast = true
        finish(nil)
    }

    /// - Returns: whether the request that is under way has its answer.
    var isAnswered: Bool { state.isAnswered || !state.hasRequest }

    func close() {
        if isFlushScheduled { flush() }  // A client that has got nothing at all may ask for the same once more.
        context?.close(promise: nil)
    }
}
