import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOWebSocket

/// Answers the requests of one connection, on its event loop, without a task.
final class SimulatorHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Bytes of a body that are kept.
    static let maximumBody = 32 << 20
    static let slice = ByteBuffer(repeating: UInt8(ascii: "x"), count: 64 * 1024)

    private let target: SimulatorTarget
    let logInterval: TimeAmount
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    /// Bytes that came, kept or not.
    private var received = 0
    private var isSink = false
    /// Bytes that are still to be sent.
    var remaining: Int?
    var stream: SimulatorLogStream?

    init(target: SimulatorTarget, logInterval: TimeAmount) {
        self.target = target
        self.logInterval = logInterval
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = ByteBuffer()
            received = 0
            isSink = head.uri.hasSuffix("/api/sim/sink")
        case .body(var part):
            received += part.readableBytes
            if isSink || received > Self.maximumBody {
                body = ByteBuffer()
            } else {
                body.writeBuffer(&part)
            }
        case .end:
            guard let head else { return }
            route(context, SimulatorCall(head))
        }
    }

    private func route(_ context: ChannelHandlerContext, _ call: SimulatorCall) {
        guard isSink || received <= Self.maximumBody else {
            return send(context, call.head, .page(413, "Content Too Large"))
        }
        if call.path.hasPrefix("/_sim/") {
            let request = call.request(call.path, body: Data(buffer: body))
            return send(context, call.head, SimulatorControl.respond(request, target.instances))
        }
        guard let (instance, rest) = target.find(call.path) else { return send(context, call.head, .noSuchPage) }
        let faults = instance.faults
        // Not even slowly.
        guard faults.offline != true else { return context.close(promise: nil) }
        guard faults.hang != true else { return }
        guard let delay = faults.slow else { return answer(context, call, instance, rest) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        // Further requests on this connection wait until this one is answered.
        context.eventLoop.scheduleTask(in: .milliseconds(Int64(delay))) {
            let (handler, context) = bound.value
            guard context.channel.isActive else { return }
            handler.answer(context, call, instance, rest)
        }
    }

    private func answer(
        _ context: ChannelHandlerContext, _ call: SimulatorCall, _ instance: SimulatedInstance, _ path: Substring
    ) {
        let faults = instance.faults
        if let answer = faults.answer { return send(context, call.head, answer) }
        if faults.endless == true { return sendBytes(context, call.head, count: .max) }
        let request = call.request(path, body: Data(buffer: body))
        if Self.streaming.contains(request.path), let refusal = instance.refusal(of: request) {
            return send(context, call.head, refusal)
        }
        switch (request.method, request.path) {
        case ("GET", "/api/sim/bytes"):
            sendBytes(context, call.head, count: call.query["count"].flatMap { Int($0) } ?? 1 << 20)
        case ("GET", "/api/stream/log"): startLog(context, call.head, of: instance)
        case (_, "/api/sim/sink"): send(context, call.head, .json(["received": .integer(Int64(received))]))
        case (_, "/api/sim/bytes"), (_, "/api/stream/log"): send(context, call.head, .wrongMethod)
        default:
            var answer = instance.respond(to: request)
            if faults.wrongContentType == true { answer.contentType = "text/html" }
            send(context, call.head, answer)
        }
    }

    /// What does not pass through the table of routes.
    private static let streaming: Set<String> = ["/api/sim/bytes", "/api/sim/sink", "/api/stream/log"]

    func channelInactive(context: ChannelHandlerContext) {
        remaining = nil
        stopLog()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stopLog() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if let head { sendMore(context, head) }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A WebSocket that was not wanted: the request comes next, and is answered like any other.
        guard !(error is NIOWebSocketUpgradeError) else { return }
        context.close(promise: nil)
    }
}

extension SimulatedFaults {
    /// What takes the place of every answer.
    fileprivate var answer: SimulatedResponse? {
        switch errors {
        case .status: .page(500, "Internal Server Error")
        case .code: .error(3000, status: 200)
        case nil: redirect.map { SimulatedResponse(status: 302, location: $0) }
        }
    }
}
