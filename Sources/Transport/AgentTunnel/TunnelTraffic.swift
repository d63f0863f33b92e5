package import NIOCore
import Synchronization

/// What is known of a tunnel's connection without asking its event loop.
package final class TunnelTraffic: Sendable {
    private let received = Atomic<Int64>(0)
    private let sent = Atomic<Int64>(0)
    private let lastReceived = Atomic<UInt64>(NIODeadline.now().uptimeNanoseconds)
    private let roundTrip = Atomic<Int64>(0)
    private let leaving = Atomic(false)
    private let begun = Atomic<Int64>(0)
    private let carrying = Atomic(false)

    /// Bytes above TLS, since the tunnel began.
    package var bytesReceived: Int64 { received.load(ordering: .relaxed) }
    package var bytesSent: Int64 { sent.load(ordering: .relaxed) }
    /// At the serving end: those that the other end has begun.
    package var exchanges: Int64 { begun.load(ordering: .relaxed) }
    /// When the other end last said anything.
    package var lastHeard: NIODeadline { .uptimeNanoseconds(lastReceived.load(ordering: .relaxed)) }
    /// Of the last ping; `nil` before the first one came back.
    package var latency: Duration? {
        let nanoseconds = roundTrip.load(ordering: .relaxed)
        return nanoseconds > 0 ? .nanoseconds(nanoseconds) : nil
    }

    /// Whether one of the ends has said that nothing new is to be asked here.
    var isGoingAway: Bool { leaving.load(ordering: .relaxed) }

    func noteGoingAway() { leaving.store(true, ordering: .relaxed) }

    /// Whether the other end takes exchanges of raw bytes.
    var carriesBytes: Bool { carrying.load(ordering: .relaxed) }

    func noteCarriesBytes() { carrying.store(true, ordering: .relaxed) }

    func noteReceived(_ bytes: Int) {
        received.wrappingAdd(Int64(bytes), ordering: .relaxed)
        lastReceived.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed)
    }

    func noteSent(_ bytes: Int) { sent.wrappingAdd(Int64(bytes), ordering: .relaxed) }

    func noteExchange() { begun.wrappingAdd(1, ordering: .relaxed) }

    func noteRoundTrip(_ time: TimeAmount) { roundTrip.store(max(1, time.nanoseconds), ordering: .relaxed) }
}

/// Counts what passes, between TLS and HTTP/2.
final class TunnelMeter: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let traffic: TunnelTraffic

    init(traffic: TunnelTraffic) { self.traffic = traffic }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        traffic.noteReceived(unwrapInboundIn(data).readableBytes)
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        traffic.noteSent(unwrapOutboundIn(data).readableBytes)
        context.write(data, promise: promise)
    }
}
