import Foundation
import NIOCore
import NIOHTTP1

/// One connection to a peer: one exchange at a time, between which it lies idle.
final class PeerConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// So much of a body waits for its reader before the peer is held back, and goes on when half of it is read: less than
    /// the largest buffer, of which one is to wait and not two.
    private static let readAhead = 128 << 10

    private enum Wait {
        case forHead
        case forBytes(TimeAmount)
        case idle
        /// For the peer to close it.
        case farewell
    }

    private let owner: any ConnectionOwner
    private let boundary = AnswerBoundary()
    private var context: ChannelHandlerContext?
    private var exchange: PeerExchange?
    /// The latest of those that were given up before they had begun, or late.
    private var cancelled: ExchangeID?
    private var isUsed = false
    /// It is about to be closed, and not to be used any more.
    private var isCondemned = false
    private var exchanges = 0
    private var isReading = true
    /// What ended the connection before there was an exchange: a handshake that failed, mostly.
    private var brokenBy: (any Error)?
    /// What is waited for, and until when. One timer stays for many waits: it looks when the current one ends.
    private var wait: (what: Wait, until: NIODeadline)?
    private var timer: (task: Scheduled<Void>, fires: NIODeadline)?

    init(of owner: any ConnectionOwner) { self.owner = owner }

    /// HTTP/1.1's client, behind whatever carries the bytes.
    static func add(
        to operations: ChannelPipeline.SynchronousOperations, of owner: any ConnectionOwner
    ) throws -> PeerConnection {
        let decoder = HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: .answers)
        let connection = PeerConnection(of: owner)
        connection.boundary.whenUnasked = { [weak connection] in connection?.endUnasked() }
        try operations.addHandlers([
            HTTPRequestEncoder(), connection.boundary, ByteToMessageHandler(decoder), connection,
        ])
        return connection
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.task.cancel()
        self.context = nil
    }
}

// MARK: What the request's side asks for

extension PeerConnection {
    func begin(_ next: PeerExchange, until deadline: NIODeadline) {
        guard cancelled != next.id else {
            giveBack()
            next.head?.resume(throwing: CancellationError())
            return
        }
        guard let context, context.channel.isActive, exchange == nil, !isCondemned else {
            let reason = owner.isShutDown ? ExchangeFailure.shutDown : brokenBy ?? ExchangeFailure.closedByPeer
            next.head?.resume(throwing: isUsed ? StaleConnection(hasSent: false, reason: reason) : reason)
            return
        }
        exchange = next
        boundary.begin()
        set(.forHead, until: deadline)
        context.write(wrapOutboundOut(.head(next.request.head)), promise: nil)
        switch next.request.body {
        case .empty: finishSending(context)
        case .bytes(let bytes):
            context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
            finishSending(context)
        case .stream(let stream, let length):
            context.flush()
            let upload = RequestUpload(stream: stream, length: length, connection: handle(context), id: next.id)
            exchange?.upload = upload.start()
        }
    }

    func read(_ id: ExchangeID, _ reader: CheckedContinuation<ByteBuffer?, any Error>) {
        guard exchange?.id == id else { return reader.resume(returning: nil) }
        exchange?.reader = reader
        if let limit = exchange?.request.idleTimeout {
            let limit = TimeAmount(limit)
            set(.forBytes(limit), until: .now() + limit)
        }
        deliver()
    }

    func cancel(_ id: ExchangeID) {
        if exchange?.id == id { fail(CancellationError()) } else { cancelled = max(cancelled ?? id, id) }
    }

    /// Nobody reads the body any more.
    func abandon(_ id: ExchangeID) {
        guard let exchange, exchange.id == id else { return }
        if exchange.isComplete, exchange.hasSentAll { finish() } else { fail(CancellationError()) }
    }

    /// - Parameter failure: why not all of the request's body was sent.
    func uploadEnded(_ id: ExchangeID, _ failure: (any Error)?) {
        guard exchange?.id == id else { return }
        exchange?.upload = nil
        if let failure {
            // An answer that is complete was so before the body was: then the peer did not want the rest.
            if exchange?.isComplete != true { fail(failure) }
        } else if exchange?.failure == nil, let context {
            finishSending(context)
        }
        deliver()
    }

    private func finishSending(_ context: ChannelHandlerContext) {
        exchange?.hasSentAll = true
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func handle(_ context: ChannelHandlerContext) -> PooledConnection {
        PooledConnection(channel: context.channel, handler: NIOLoopBound(self, eventLoop: context.eventLoop))
    }
}

// MARK: What the peer says

extension PeerConnection {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        // Nobody asked, or nobody asked for more.
        guard let current = exchange, !current.isComplete else { return endUnasked() }
        boundary.decoded(part)
        if case .head(let head) = part {
            if head.status == .switchingProtocols { return fail(ExchangeFailure.unwantedUpgrade) }
            if boundary.coding == .foreign { return fail(ExchangeFailure.foreignTransferCoding) }
            if !(100...999).contains(head.status.code) { return fail(HTTPParserError.invalidStatus) }
        }
        current.received(part)
        wait = nil
        if current.body.count > Self.readAhead { setReading(false) }
    }

    /// Small answers are there whole by now: then nobody has to wait twice.
    func channelReadComplete(context: ChannelHandlerContext) {
        deliver()
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if exchange == nil, brokenBy == nil { brokenBy = error }
        condemn()
        if error is HTTPParserError || error is ByteToMessageDecoderError { owner.isSpoilt() }
        deliver()
        // What comes after a whole answer is not its business any more.
        if exchange?.isComplete != true { fail(error) }
        context.close(promise: nil)
    }

    /// The peer has said what nobody asked for.
    private func endUnasked() {
        condemn()
        owner.isSpoilt()
        context?.close(promise: nil)
    }

    /// With TLS it takes a while until a connection is closed, and nobody is to find it meanwhile.
    private func condemn() {
        guard let context, !isCondemned else { return }
        isCondemned = true
        if exchange == nil { _ = owner.withdraw(handle(context)) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if exchange == nil { _ = owner.withdraw(handle(context)) }
        // The answer is whole, though its reader has not seen all of it: the peer has broken nothing off.
        if let exchange, exchange.isComplete, exchange.failure == nil {
            _ = owner.isNotKept(handle(context), after: exchanges + 1)
        }
        deliver()
        if let exchange, !exchange.isComplete { fail(ExchangeFailure.closedByPeer) }
        context.fireChannelInactive()
    }
}

// MARK: Passing on

extension PeerConnection {
    private func deliver() {
        guard let current = exchange else { return }
        guard current.failure == nil else { return deliverFailure() }
        if let head = current.head {
            guard let answer = current.answer else { return }
            exchange?.head = nil
            if current.isComplete, current.hasSentAll {
                let whole = current.body.takeAll()
                finish()
                head.resume(returning: AnswerBeginning(head: answer, body: .whole(whole)))
            } else {
                head.resume(returning: AnswerBeginning(head: answer, body: .arriving))
            }
        } else if let reader = current.reader {
            deliverBody(to: reader, current)
        }
    }

    private func deliverBody(to reader: CheckedContinuation<ByteBuffer?, any Error>, _ current: PeerExchange) {
        if let chunk = current.body.takeNext() {
            exchange?.reader = nil
            wait = nil
            if current.body.count < Self.readAhead / 2 { setReading(true) }
            reader.resume(returning: chunk)
        } else if current.isComplete {
            // The source of the request's body is free again only when nobody reads it any more.
            guard current.upload == nil else { return exchange?.upload?.cancel() ?? () }
            finish()
            reader.resume(returning: nil)
        }
    }

    /// Ends the exchange at its first failure. The connection is of no use after it.
    private func fail(_ error: any Error) {
        guard let current = exchange, current.failure == nil else { return }
        let isStale = isUsed && current.answer == nil && current.head != nil && meansThatPeerWasGone(error)
        exchange?.failure = isStale ? StaleConnection(hasSent: true, reason: error) : error
        wait = nil
        exchange?.upload?.cancel()
        deliverFailure()
        context?.close(promise: nil)
    }

    /// To whoever waits, or asks next.
    private func deliverFailure() {
        guard let current = exchange, let failure = current.failure, current.upload == nil else { return }
        if let head = current.head {
            exchange = nil
            head.resume(throwing: owner.isShutDown ? ExchangeFailure.shutDown : failure)
        } else if let reader = current.reader {
            exchange = nil
            let reason = owner.isShutDown ? ExchangeFailure.shutDown : failure
            reader.resume(throwing: ErrorTranslation(peer: owner.peer, isInBody: true).translate(reason))
        }
    }

    /// The exchange is over, and the connection free for the next where both sides want to go on.
    private func finish() {
        // What has ended meanwhile nobody can go on with.
        guard let current = exchange, let context, context.channel.isActive else { return exchange = nil }
        exchange = nil
        exchanges += 1
        setReading(true)
        // What is read now may be the peer's end.
        guard context.channel.isActive else { return _ = owner.isNotKept(handle(context), after: exchanges) }
        guard current.hasSentAll else { return context.close(promise: nil) }
        if current.answer?.isKeepAlive == true {
            if isCondemned { return }
            return boundary.isExact ? giveBack() : endUnasked()
        }
        if owner.isNotKept(handle(context), after: exchanges) { return context.close(promise: nil) }
        set(.farewell, until: .now() + owner.idleLifetime)
    }

    /// Free for the next exchange.
    func giveBack() {
        guard let context, context.channel.isActive, !isCondemned else { return }
        lieIdle()
        if !owner.giveBack(handle(context)) { context.close(promise: nil) }
    }

    /// From now on it is closed when nobody needs it for a while, and its end is told from that of an exchange.
    func lieIdle() {
        isUsed = true
        boundary.lieIdle()
        set(.idle, until: .now() + owner.idleLifetime)
    }

    private func setReading(_ isOn: Bool) {
        guard isReading != isOn, let context else { return }
        isReading = isOn
        if !isOn { context.channel.readBufferByBuffer() }
        // Refused only by a channel that is closed.
        try? context.channel.syncOptions?.setOption(.autoRead, value: isOn)
        if isOn { context.read() }
    }
}

// MARK: Time limits

extension PeerConnection {
    private func set(_ what: Wait, until deadline: NIODeadline) {
        wait = (what, deadline)
        if let timer, timer.fires <= deadline { return }
        timer?.task.cancel()
        schedule(at: deadline)
    }

    private func schedule(at deadline: NIODeadline) {
        guard let context else { return }
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
            guard let self else { return }
            look()
        }
        timer = (task, deadline)
    }

    private func look() {
        timer = nil
        guard let wait, let context else { return }
        guard wait.until <= .now() else { return schedule(at: wait.until) }
        self.wait = nil
        switch wait.what {
        case .forHead: fail(ExchangeFailure.noAnswerInTime)
        case .forBytes(let limit): fail(ExchangeFailure.silent(limit))
        case .farewell: context.close(promise: nil)
        case .idle: if owner.withdraw(handle(context)) { context.close(promise: nil) }
        }
    }
}

/// A kept connection often ends so: the peer had closed it before it saw the request.
private func meansThatPeerWasGone(_ error: any Error) -> Bool {
    switch error {
    case ExchangeFailure.closedByPeer, ChannelError.ioOnClosedChannel, ChannelError.eof,
        HTTPParserError.invalidEOFState, is TunnelReset:
        true
    case let error as IOError: error.errnoCode == ECONNRESET || error.errnoCode == EPIPE
    default: false
    }
}
