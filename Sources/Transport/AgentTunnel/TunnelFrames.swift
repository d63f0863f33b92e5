import NIOCore
import NIOHPACK
import NIOHTTP2

/// The end of a tunnel's pipeline, the same at both ends: sorts frames by their stream, and keeps the windows open as
/// fast as the bytes are read.
///
/// NIO's own multiplexer makes a channel with a pipeline for each stream, which costs more than the small exchanges of a
/// control plane themselves; so the frames are taken as they are.
final class TunnelFrames: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// Called on the event loop for each exchange that the other end begins.
    typealias Accept = (_ stream: TunnelStream, _ head: HPACKHeaders, _ isComplete: Bool) -> Void

    let loop: any EventLoop
    /// Fulfilled when the other end has said what it can do (RFC 9113, section 3.4); fails with the connection.
    var ready: EventLoopFuture<Void> { settings.futureResult }
    /// The end that is asked, and does not ask.
    var isServing: Bool { accept != nil }
    private let accept: Accept?
    private let settings: EventLoopPromise<Void>
    private var context: ChannelHandlerContext?
    private var streams: [HTTP2StreamID: TunnelStream] = [:]
    private var nextID = HTTP2StreamID(1)
    /// Streams that got something in the present read.
    private var touched: [TunnelStream] = []
    private var extraWindows = TunnelProtocol.extraWindows
    /// What the other end may still send on the connection, as far as it is known.
    private var connectionWindow = 65_535
    /// Bytes of all streams that are written and have not left.
    private var unsent = 0
    private var isFlushScheduled = false
    private(set) var isGoingAway = false {
        didSet {
            traffic.noteGoingAway()
            whenGoingAway?()
        }
    }
    /// Called on the event loop, when nothing new is to be asked any more.
    var whenGoingAway: (() -> Void)?
    private let traffic: TunnelTraffic
    private var farewell: Scheduled<Void>?
    /// One for all streams: most are over long before their time, and setting a timer costs more than they do.
    private var alarm: (task: Scheduled<Void>, rings: NIODeadline)?

    init(loop: any EventLoop, traffic: TunnelTraffic, accept: Accept? = nil) {
        self.traffic = traffic
        self.loop = loop
        self.accept = accept
        settings = loop.makePromise()
    }

    var count: Int { streams.count }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        widenConnection()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        farewell?.cancel()
        alarm?.task.cancel()
        settings.fail(TunnelLost())
        self.context = nil
    }
}

// MARK: Beginning

extension TunnelFrames {
    /// - Throws: `TransportError` of kind `.pathDown` when the connection can't take one more.
    func open(idleTimeout: TimeAmount?) throws -> TunnelStream {
        guard let context, context.channel.isActive, !isGoingAway else {
            throw TransportError(.pathDown, "the connection to the agent is closed")
        }
        guard streams.count < TunnelProtocol.maximumStreams else {
            throw TransportError(.pathDown, "too many requests are under way through the agent")
        }
        let stream = TunnelStream(id: nextID, frames: self, idleTimeout: idleTimeout)
        nextID = nextID.advanced(by: 2)
        // Numbers are used once (RFC 9113, section 5.1.1): when they run out, the agent dials anew.
        if nextID > HTTP2StreamID(Int(Int32.max) - 2) { goAway() }
        streams[stream.id] = stream
        return stream
    }

    /// No new exchanges; the connection closes when those under way are over.
    func goAway() {
        guard !isGoingAway else { return }
        send(.goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil), on: .rootStream)
        isGoingAway = true
        closeWhenIdle()
    }

    private func closeWhenIdle() {
        guard isGoingAway, streams.isEmpty, let context else { return }
        context.flush()
        // The end of an answer may still be on its way. It would be taken back if the socket were closed while anything
        // comes that nobody reads any more; so whoever has asked closes, having got all there is.
        guard isServing else { return context.close(promise: nil) }
        guard farewell == nil else { return }
        farewell = loop.assumeIsolated().scheduleTask(in: TunnelProtocol.farewell) { [weak self] in
            self?.closeUnlessBusy()
        }
    }

    private func closeUnlessBusy() {
        farewell = nil
        if streams.isEmpty { context?.close(promise: nil) }
    }
}

// MARK: Waiting

extension TunnelFrames {
    /// Streams are asked then, or before, whether what they wait for is late.
    func look(at deadline: NIODeadline) {
        if let alarm, alarm.rings <= deadline { return }
        alarm?.task.cancel()
        let task = loop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
            self?.alarm = nil
            self?.look()
        }
        alarm = (task, deadline)
    }

    private func look() {
        let now = NIODeadline.now()
        // A stream that fails takes itself out.
        let next = Array(streams.values).compactMap { $0.look(now) }.min()
        if let next { look(at: next) }
    }
}

// MARK: Sending

extension TunnelFrames {
    /// - Parameter done: on the event loop, when the socket has it or it was given up.
    func send(
        _ payload: HTTP2Frame.FramePayload, on id: HTTP2StreamID, done: (((any Error)?) -> Void)? = nil
    ) {
        guard let context else {
            done?(ChannelError.ioOnClosedChannel)
            return
        }
        var promise: EventLoopPromise<Void>?
        if let done {
            let made = loop.makePromise(of: Void.self)
            made.futureResult.assumeIsolated().whenComplete { result in
                switch result {
                case .success: done(nil)
                case .failure(let error): done(error)
                }
            }
            promise = made
        }
        context.write(wrapOutboundOut(HTTP2Frame(streamID: id, payload: payload)), promise: promise)
        flushSoon()
    }

    /// What many exchanges say in one turn of the event loop goes out in one write.
    private func flushSoon() {
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        loop.assumeIsolated().execute { [self] in
            isFlushScheduled = false
            context?.flush()
        }
    }

    /// How far a stream's writer may be ahead of the wire: less, when many are whose other end does not read.
    var bytesAhead: Int {
        unsent > TunnelProtocol.bytesAheadOfAll ? TunnelProtocol.fewBytesAhead : TunnelProtocol.bytesAhead
    }

    func wrote(_ bytes: Int) { unsent += bytes }

    func sent(_ bytes: Int) { unsent -= bytes }

    func widen(_ id: HTTP2StreamID, by bytes: Int) { send(.windowUpdate(windowSizeIncrement: bytes), on: id) }

    /// The window of the connection follows what has arrived and not what was read: slow readers hold up nobody else.
    private func widenConnection() {
        guard connectionWindow <= TunnelProtocol.connectionWindow / 2 else { return }
        let increment = TunnelProtocol.connectionWindow - connectionWindow
        connectionWindow += increment
        send(.windowUpdate(windowSizeIncrement: increment), on: .rootStream)
    }

    /// - Returns: by how much a stream's window may grow; it is given back at the stream's end.
    func lendWindow(upTo bytes: Int) -> Int {
        let lent = min(bytes, extraWindows)
        extraWindows -= lent
        return lent
    }

    func giveBackWindow(_ bytes: Int) { extraWindows += bytes }

    /// - Parameter reset: told to the other end, when it does not know yet that the exchange is over.
    func finished(_ stream: TunnelStream, reset: HTTP2ErrorCode?) {
        guard streams.removeValue(forKey: stream.id) != nil else { return }
        if let reset { send(.rstStream(reset), on: stream.id) }
        closeWhenIdle()
    }
}

// MARK: What comes

extension TunnelFrames {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.payload {
        case .headers(let payload): received(payload.headers, isLast: payload.endStream, on: frame.streamID)
        case .data(let payload):
            guard let stream = streams[frame.streamID], case .byteBuffer(let bytes) = payload.data else { return }
            stream.received(bytes, isLast: payload.endStream)
            touched.append(stream)
        case .rstStream(let code):
            streams[frame.streamID]?.received(reset: reason(code))
        case .goAway: isGoingAway = true
        case .settings(.settings(let told)):
            let table = told.last { $0.parameter == .headerTableSize }?.value ?? 0
            if table > TunnelProtocol.largestFieldTable { context.close(promise: nil) }
            if told.contains(TunnelProtocol.carriesBytes) { traffic.noteCarriesBytes() }
            settings.succeed()
        default: break
        }
    }

    private func received(_ headers: HPACKHeaders, isLast: Bool, on id: HTTP2StreamID) {
        if let stream = streams[id] {
            // Interim answers (1xx) are not passed on. Told apart just as the library does it, or a body could come before
            // its head.
            let status = accept == nil ? headers.first(where: { $0.name == ":status" })?.value : nil
            if status?.utf8.first == UInt8(ascii: "1") { return }
            stream.received(headers, isLast: isLast)
            touched.append(stream)
        } else if let accept {
            let stream = TunnelStream(id: id, frames: self)
            streams[id] = stream
            traffic.noteExchange()
            stream.received(headers, isLast: isLast)
            accept(stream, headers, isLast)
        }
    }

    private func reason(_ code: HTTP2ErrorCode) -> any Error {
        // At the agent's end: whoever had asked does not want it any more.
        code == .cancel && accept != nil ? CancellationError() : TunnelReset(code: code)
    }

    /// Small answers are there whole by now: then nobody has to wait twice.
    func channelReadComplete(context: ChannelHandlerContext) {
        let streams = touched
        touched.removeAll(keepingCapacity: true)
        for stream in streams { stream.deliver() }
        if isGoingAway { closeWhenIdle() }
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Each exchange has some events of its own, which mostly say nothing that is not known; to look at their types costs
        // a tenth of what trying casts does.
        let kind = type(of: event)
        if kind == NIOHTTP2StreamCreatedEvent.self {
            return
        } else if kind == NIOHTTP2WindowUpdatedEvent.self {
            if let event = event as? NIOHTTP2WindowUpdatedEvent { updated(event) }
        } else if kind == StreamClosedEvent.self {
            if let event = event as? StreamClosedEvent, let code = event.reason {
                streams[event.streamID]?.received(reset: reason(code))
            }
        } else {
            happened(event, context)
        }
    }

    private func updated(_ event: NIOHTTP2WindowUpdatedEvent) {
        guard event.streamID == .rootStream, let size = event.inboundWindowSize else { return }
        connectionWindow = size
        widenConnection()
    }

    private func happened(_ event: Any, _ context: ChannelHandlerContext) {
        switch event {
        case is ChannelShouldQuiesceEvent: goAway()
        // HTTP/2 has no half-closed connections.
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? NIOHTTP2Errors.StreamError {
            // The library has told the other end.
            streams[error.streamID]?.received(reset: error.baseError)
        } else if isGoingAway, error is NIOHTTP2Errors.IOOnClosedConnection {
            // For the library all is over, and whatever still comes is too late; the last bytes are on their way.
            closeWhenIdle()
        } else {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        settings.fail(TunnelLost())
        let all = streams.values
        streams = [:]
        // An answer that has come whole can be read to its end.
        for stream in all { stream.received(reset: TunnelLost()) }
        context.fireChannelInactive()
    }
}

/// The other end gave the exchange up.
struct TunnelReset: Error {
    let code: HTTP2ErrorCode
}

/// The connection to the other end is gone.
struct TunnelLost: Error {}
