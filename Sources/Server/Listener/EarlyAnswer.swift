import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Bounds what a client may go on sending of a request that is answered already: an upload that was refused, for instance.
///
/// The rest is read and thrown away, so that a client which reads only when it has sent everything sees its answer, and the
/// connection goes on. Who has too much for that is not read any further, and after a while the connection (with HTTP/2
/// the stream) is closed; until then the answer can be read.
final class EarlyAnswer: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Read at once by most clients: what is on its way when the answer is given.
    private static let longestRest = 8 << 20

    private let patience: TimeAmount
    /// Requests that have come as a whole and are not answered yet: with HTTP/1.1 some may come in one go.
    private var unanswered = 0
    /// Bytes since the answer.
    private var rest = 0
    /// From the end of an answer that came before the end of its request.
    private var alarm: Scheduled<Void>?

    init(patience: Duration) { self.patience = TimeAmount(patience) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: break
        case .body(let bytes): if alarm != nil { rest += bytes.readableBytes }
        case .end: if alarm == nil { unanswered += 1 } else { settle() }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { answered(context) }
        context.write(data, promise: promise)
    }

    private func answered(_ context: ChannelHandlerContext) {
        guard unanswered == 0 else { return unanswered -= 1 }
        alarm = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
    }

    func read(context: ChannelHandlerContext) {
        if rest <= Self.longestRest { context.read() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        settle()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { settle() }

    private func settle() {
        alarm?.cancel()
        alarm = nil
        rest = 0
    }
}
