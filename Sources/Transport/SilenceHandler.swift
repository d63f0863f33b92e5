import NIOCore
import NIOHTTP1

/// The peer has sent nothing of its answer's body for so long, though it was asked for more.
struct SilentPeer: Error {
    let limit: TimeAmount
}

/// Ends an answer whose peer falls silent in the middle of its body. One on each connection of the HTTP client, right
/// behind the decoder.
///
/// The client has one such limit for all requests, and counts the time that the reader takes as the peer's. Here each
/// request brings its own, in a header field that goes no further, and only the time counts in which a read is waiting.
/// A limit costs one timer for each connection, and no task.
final class SilenceHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    /// Nobody outside can know it, so nobody can set a limit for us.
    static let fieldName = "x-silence-\(UInt64.random(in: 0 ... .max))"

    private var limit: TimeAmount?
    private var isInBody = false
    /// Since when a read has been waiting for its bytes.
    private var waitingSince: NIODeadline?
    private var timer: Scheduled<Void>?

    static func add(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let operations = channel.pipeline.syncOperations
            let decoder = try operations.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try operations.addHandler(SilenceHandler(), position: .after(decoder))
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        isInBody = false
        limit = head.headers.first(name: Self.fieldName).flatMap(Int64.init).map { .nanoseconds($0) }
        guard limit != nil else { return context.write(data, promise: promise) }
        head.headers.remove(name: Self.fieldName)
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if limit != nil {
            waitingSince = nil
            switch unwrapInboundIn(data) {
            case .head(let head): isInBody = !(100..<200).contains(head.status.code)
            case .body: break
            case .end: (limit, isInBody) = (nil, false)
            }
        }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if let limit, isInBody, waitingSince == nil {
            waitingSince = .now()
            if timer == nil { schedule(context, after: limit) }
        }
        context.read()
    }

    /// One timer stays for as long as answers come: it looks when the current wait would be over, and sets itself again.
    private func schedule(_ context: ChannelHandlerContext, after delay: TimeAmount) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
            self?.check(context)
        }
    }

    private func check(_ context: ChannelHandlerContext) {
        timer = nil
        guard let limit, let waitingSince else { return }
        let left = waitingSince + limit - .now()
        guard left <= .zero else { return schedule(context, after: left) }
        self.limit = nil
        context.fireErrorCaught(SilentPeer(limit: limit))
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }
}
