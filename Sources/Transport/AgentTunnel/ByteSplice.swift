import NIOCore
import NIOHTTP2
import NIOSSL
import NIOTLS

/// Joins a connection to a service and an exchange of raw bytes on the tunnel, at the agent's end: each gets what the other
/// says, no faster than it takes it.
///
/// The last handler of the service's connection. Nothing is read of the service before the tunnel is there.
final class ByteSplice: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Fulfilled when the service can be spoken to; fails with what stands against it.
    let ready: EventLoopPromise<Void>
    /// Why the service's connection ended, when it was not the service that closed it.
    private(set) var failure: (any Error)?
    private let usesTLS: Bool
    private let traffic: TunnelTraffic
    private var isReady = false
    private var context: ChannelHandlerContext?
    private var stream: TunnelStream?
    /// What came with the end of the handshake.
    private var early: [ByteBuffer] = []
    private var isReadHeld = false
    /// Whether the service has said something since bytes last went to it.
    private var hasAnswered = true

    init(usesTLS: Bool, on loop: any EventLoop, _ traffic: TunnelTraffic) {
        self.usesTLS = usesTLS
        self.traffic = traffic
        ready = loop.makePromise()
    }

    /// The other end knows that the service is there.
    func start(_ stream: TunnelStream) {
        guard let context else { return stream.fail(failure ?? ChannelError.eof, .internalError) }
        self.stream = stream
        for bytes in early { stream.write(bytes, isLast: false) }
        early = []
        stream.attach(self)
        resumeReading()
        if !context.channel.isActive { ended(ChannelError.eof) }
    }

    private func resumeReading() {
        guard isReadHeld else { return }
        isReadHeld = false
        context?.read()
    }

    private func ended(_ reason: any Error) {
        if !isReady { ready.fail(failure ?? reason) }
        stream?.attach(nil)
        stream = nil
    }
}

// MARK: The service's side

extension ByteSplice {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive, !usesTLS { becomeReady() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        ended(ChannelError.eof)
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        if !usesTLS { becomeReady() }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { becomeReady() }
        context.fireUserInboundEventTriggered(event)
    }

    private func becomeReady() {
        guard !isReady else { return }
        isReady = true
        ready.succeed()
    }

    func read(context: ChannelHandlerContext) {
        // Until then TLS reads for itself.
        let mayRead = stream.map { !$0.isAhead } ?? !isReady
        if mayRead { return context.read() }
        isReadHeld = true
        context.channel.readBufferByBuffer()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        hasAnswered = true
        if let stream { stream.write(bytes, isLast: false) } else { early.append(bytes) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { stream?.deliver() }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // One that just leaves (`uncleanShutdown`) too: whether an answer that has no length is whole, nobody knows then.
        failure = failure ?? error
        context.close(promise: nil)
    }

    /// What closes it from outside cuts it off.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        failure = failure ?? CancellationError()
        context.close(mode: mode, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        ended(ChannelError.eof)
        context.fireChannelInactive()
    }
}

// MARK: The tunnel's side

extension ByteSplice: TunnelStreamReceiver {
    var takesBytes: Bool { context?.channel.isWritable ?? false }

    func received(_ bytes: ByteBuffer) {
        context?.write(wrapOutboundOut(bytes), promise: nil)
    }

    func receivedAll() {
        // As nobody looks at the bytes, this stands for a request.
        if hasAnswered { traffic.noteExchange() }
        hasAnswered = false
        context?.flush()
    }

    /// When the service has what came before.
    func receivedEnd() {
        guard let context else { return }
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: sent)
    }

    func failed(_ error: any Error) {
        stream = nil
        context?.close(promise: nil)
    }

    func mayWrite() { resumeReading() }
}
