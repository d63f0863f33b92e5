import NIOCore
import NIOHTTP2

/// Asks the other end whether it is still there, and closes the connection when it says nothing any more: a connection
/// whose network vanished looks open for ever.
final class TunnelKeepalive: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias InboundOut = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let interval: TimeAmount
    private let missedPings: Int
    /// Asks even when the other end was heard meanwhile, to know how far away it is.
    private let measures: Bool
    private let traffic: TunnelTraffic

    private var timer: Scheduled<Void>?
    private var unanswered = 0
    private var sentAt: NIODeadline?
    private var number: UInt64 = 0

    init(_ keepalive: TunnelProtocol.Keepalive, measures: Bool, traffic: TunnelTraffic) {
        interval = TimeAmount(keepalive.interval)
        missedPings = keepalive.missedPings
        self.measures = measures
        self.traffic = traffic
    }

    func handlerAdded(context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        if measures { ask(context) }
        // Spread out: after an outage all agents come back in the same second.
        schedule(context, in: .nanoseconds(Int64.random(in: interval.nanoseconds / 2...interval.nanoseconds)))
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unanswered = 0
        if case .ping(let data, ack: true) = unwrapInboundIn(data).payload, data.integer == number, let sentAt {
            traffic.noteRoundTrip(.now() - sentAt)
            self.sentAt = nil
        }
        context.fireChannelRead(data)
    }

    private func schedule(_ context: ChannelHandlerContext, in delay: TimeAmount) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: delay) {
            let (handler, context) = bound.value
            handler.look(context)
        }
    }

    private func look(_ context: ChannelHandlerContext) {
        // Bytes of a long frame count, though it is not complete.
        let silence = NIODeadline.now() - traffic.lastHeard
        if silence < interval { unanswered = 0 }
        guard unanswered < missedPings else { return context.close(promise: nil) }
        if measures || silence >= interval {
            unanswered += 1
            ask(context)
        }
        schedule(context, in: silence < interval && !measures ? interval - silence : interval)
    }

    private func ask(_ context: ChannelHandlerContext) {
        number &+= 1
        sentAt = .now()
        let ping = HTTP2Frame(streamID: .rootStream, payload: .ping(.init(withInteger: number), ack: false))
        context.writeAndFlush(wrapOutboundOut(ping), promise: nil)
    }
}
