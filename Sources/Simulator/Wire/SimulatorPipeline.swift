import NIOCore
import NIOHTTP1
import NIOWebSocket

/// The pipeline of one connection to the simulator.
enum SimulatorPipeline {
    static func configure(
        _ channel: any Channel, _ target: SimulatorTarget, logInterval: TimeAmount
    ) -> EventLoopFuture<Void> {
        let handler = SimulatorHandler(target: target, logInterval: logInterval)
        let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        let echo = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, head in
                channel.eventLoop.makeSucceededFuture(isEcho(head, target) ? HTTPHeaders() : nil)
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

    /// What is not upgraded is answered as any other request is: refused, or by a fault.
    private static func isEcho(_ head: HTTPRequestHead, _ target: SimulatorTarget) -> Bool {
        let call = SimulatorCall(head)
        guard let (instance, rest) = target.find(call.path), rest == "/api/ws/echo" else { return false }
        return instance.faults.allowsUpgrades && instance.refusal(of: call.request(rest)) == nil
    }
}

extension SimulatedFaults {
    fileprivate var allowsUpgrades: Bool {
        offline != true && hang != true && endless != true && errors == nil && redirect == nil
    }
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
