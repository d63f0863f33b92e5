import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOWebSocket

/// The pipeline of one connection to the simulator.
enum SimulatorPipeline {
    static func configure(
        _ channel: any Channel, _ target: SimulatorTarget, _ authentication: SimulatedAuthentication
    ) -> EventLoopFuture<Void> {
        let handler = SimulatorHandler(target: target, authentication: authentication)
        let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        let echo = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, head in
                let isEcho = head.uri.hasSuffix("/api/ws/echo")
                return channel.eventLoop.makeSucceededFuture(isEcho ? HTTPHeaders() : nil)
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(WebSocketEcho())
                }
            })
        return channel.pipeline.configureHTTPServerPipeline(
            withServerUpgrade: (
                upgraders: [echo],
                completionHandler: { $0.pipeline.syncOperations.removeHandler(bound.value, promise: nil) }
            )
        ).flatMapThrowing {
            try channel.pipeline.syncOperations.addHandler(bound.value)
        }
    }
}

/// Answers the requests of one connection, on its event loop, without a task.
final class SimulatorHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let maximumBody = 32 << 20
    private static let slice = ByteBuffer(repeating: UInt8(ascii: "x"), count: 64 * 1024)

    private let target: SimulatorTarget
    private let authentication: SimulatedAuthentication
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    /// Bytes that were swallowed, and bytes that are still to be sent.
    private var sunk = 0
    private var remaining: Int?

    init(target: SimulatorTarget, authentication: SimulatedAuthentication) {
        self.target = target
        self.authentication = authentication
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.clear()
            sunk = 0
        case .body(var part):
            sunk += part.readableBytes
            if !(head?.uri.hasSuffix("/api/sim/sink") ?? false), body.readableBytes < Self.maximumBody {
                body.writeBuffer(&part)
            }
        case .end:
            guard let head else { return }
            handle(context, head)
        }
    }

    private func handle(_ context: ChannelHandlerContext, _ head: HTTPRequestHead) {
        let question = head.uri.firstIndex(of: "?") ?? head.uri.endIndex
        let path = head.uri[..<question]
        let query = Self.query(head.uri[question...].dropFirst())
        func request(_ path: Substring) -> SimulatedRequest {
            SimulatedRequest(
                method: head.method == .HEAD ? "GET" : head.method.rawValue, path: String(path), query: query,
                authorization: head.headers.first(name: "authorization"), body: Data(buffer: body))
        }
        if path.hasPrefix("/_sim/") {
            return send(context, head, SimulatorControl.respond(request(path), target.instances))
        }
        guard let (instance, rest) = target.find(path) else {
            return send(context, head, .page(status: 404, title: "Not Found"))
        }
        guard !apply(instance.faults, context, head) else { return }
        switch rest {
        case "/api/sim/bytes": sendBytes(context, head, count: query["count"].flatMap { Int($0) } ?? 1 << 20)
        case "/api/sim/sink": send(context, head, .json(["received": .integer(Int64(sunk))]))
        default:
            let answer = instance.respond(
                to: request(rest), authentication: authentication, at: Date().timeIntervalSince1970)
            deliver(context, head, answer, instance.faults)
        }
    }

    private static func query(_ text: Substring) -> [String: String] {
        guard !text.isEmpty else { return [:] }
        let pairs = text.split(separator: "&").map { pair -> (String, String) in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? String(parts[1]).replacing("+", with: " ") : ""
            return (String(parts[0]), value.removingPercentEncoding ?? value)
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// - Returns: whether a fault has taken the place of an answer.
    private func apply(_ faults: SimulatedFaults, _ context: ChannelHandlerContext, _ head: HTTPRequestHead) -> Bool {
        if faults.offline ?? false {
            context.close(promise: nil)
        } else if faults.hang ?? false {
            // Stays silent until the client gives up.
        } else if faults.errors == .status {
            send(context, head, .page(status: 500, title: "Internal Server Error"))
        } else if faults.errors == .code {
            send(context, head, .error(3000, status: 200))
        } else if let place = faults.redirect {
            send(context, head, SimulatedResponse(status: 302, headers: [("Location", place)]))
        } else if faults.endless ?? false {
            sendBytes(context, head, count: .max)
        } else {
            return false
        }
        return true
    }

    private func deliver(
        _ context: ChannelHandlerContext, _ head: HTTPRequestHead, _ answer: SimulatedResponse,
        _ faults: SimulatedFaults
    ) {
        var answer = answer
        if faults.wrongContentType ?? false { answer.contentType = "text/html" }
        guard let delay = faults.slow else { return send(context, head, answer) }
        let bound = NIOLoopBound((self, context, answer), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(Int64(delay))) {
            let (handler, context, answer) = bound.value
            guard context.channel.isActive else { return }
            handler.send(context, head, answer)
        }
    }

    private func send(_ context: ChannelHandlerContext, _ head: HTTPRequestHead, _ answer: SimulatedResponse) {
        var headers: HTTPHeaders = [
            "Content-Type": answer.contentType, "Content-Length": String(answer.body.count),
        ]
        for (name, value) in answer.headers { headers.add(name: name, value: value) }
        if !head.isKeepAlive { headers.add(name: "Connection", value: "close") }
        let response = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        if head.method != .HEAD, !answer.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        }
        end(context, head)
    }

    private func end(_ context: ChannelHandlerContext, _ head: HTTPRequestHead) {
        let sent = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        guard !head.isKeepAlive else { return }
        let channel = context.channel
        sent.whenComplete { _ in channel.close(promise: nil) }
    }

    // MARK: Many bytes

    private func sendBytes(_ context: ChannelHandlerContext, _ head: HTTPRequestHead, count: Int) {
        var headers: HTTPHeaders = ["Content-Type": "application/octet-stream"]
        if count < .max { headers.add(name: "Content-Length", value: String(max(0, count))) }
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers))), promise: nil)
        remaining = head.method == .HEAD ? 0 : max(0, count)
        sendMore(context)
    }

    /// As much as the client takes, but only some slices at a time, so that other connections have their turn.
    private func sendMore(_ context: ChannelHandlerContext) {
        for _ in 0..<16 {
            guard let left = remaining, context.channel.isWritable, context.channel.isActive else { return }
            guard left > 0 else {
                remaining = nil
                if let head { end(context, head) }
                return
            }
            let part = Self.slice.getSlice(at: 0, length: min(left, Self.slice.readableBytes)) ?? ByteBuffer()
            remaining = left - part.readableBytes
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(part))), promise: nil)
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (handler, context) = bound.value
            handler.sendMore(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        remaining = nil
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        sendMore(context)
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Sends back every message.
private final class WebSocketEcho: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        let opcode: WebSocketOpcode =
            switch frame.opcode {
            case .ping: .pong
            default: frame.opcode
            }
        guard frame.opcode != .pong else { return }
        let answer = WebSocketFrame(fin: frame.fin, opcode: opcode, data: frame.unmaskedData)
        let sent = context.writeAndFlush(wrapOutboundOut(answer))
        guard frame.opcode == .connectionClose else { return }
        let channel = context.channel
        sent.whenComplete { _ in channel.close(promise: nil) }
    }
}
