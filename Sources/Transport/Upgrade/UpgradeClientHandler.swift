import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOSSL

/// The peer answered 101 and did not say what it will speak.
struct UnnamedUpgrade: Error {}

/// What becomes of a connection on which an upgrade was asked for, on its event loop.
struct UpgradeOutcome<Value: Sendable>: Sendable {
    /// HTTP is off the connection, but for bytes that came behind the answer: they follow.
    let accepted: @Sendable (HTTPResponse, any Channel) throws -> Value
    /// The connection is closed after it.
    let refused: @Sendable (HTTPResponse, ByteBuffer) throws -> Value
    /// So much of a refusal's body is waited for.
    var refusalLimit = 0
}

/// Sends the request, waits for the answer's head, and takes HTTP off the connection when it is 101.
final class UpgradeClientHandler<Value: Sendable>: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let head: HTTPRequestHead
    private let answer: Handover<Value>
    private let outcome: UpgradeOutcome<Value>
    private let encoder: HTTPRequestEncoder
    private let decoder: ByteToMessageHandler<HTTPResponseDecoder>
    private var isAsked = false
    private var response: HTTPResponse?
    private var refusal = ByteBuffer()
    private var isLeaving = false
    private var held: [NIOAny] = []

    private init(
        head: HTTPRequestHead, answer: Handover<Value>, outcome: UpgradeOutcome<Value>, encoder: HTTPRequestEncoder,
        decoder: ByteToMessageHandler<HTTPResponseDecoder>
    ) {
        self.head = head
        self.answer = answer
        self.outcome = outcome
        self.encoder = encoder
        self.decoder = decoder
    }

    /// Asks as soon as the connection is there. On the event loop.
    static func add(
        to channel: any Channel, asking head: HTTPRequestHead, _ answer: Handover<Value>,
        _ outcome: UpgradeOutcome<Value>
    ) throws {
        let operations = channel.pipeline.syncOperations
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(
            HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: .answers))
        try operations.addHandlers([encoder, decoder])
        try operations.addHandler(
            UpgradeClientHandler(head: head, answer: answer, outcome: outcome, encoder: encoder, decoder: decoder))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { ask(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        ask(context)
        context.fireChannelActive()
    }

    private func ask(_ context: ChannelHandlerContext) {
        guard !isAsked else { return }
        isAsked = true
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Raw bytes that came behind the answer.
        guard !isLeaving else { return held.append(data) }
        switch unwrapInboundIn(data) {
        case .head(let head): received(head, context)
        case .body(let bytes):
            let room = outcome.refusalLimit - refusal.readableBytes
            guard room > 0, let kept = bytes.getSlice(at: bytes.readerIndex, length: min(room, bytes.readableBytes))
            else { return }
            refusal.writeImmutableBuffer(kept)
        case .end:
            // Not earlier: the decoder still has this end to deliver.
            guard let response else { return }
            if response.status == .switchingProtocols {
                leaveHTTP(context, response)
            } else {
                refuse(context, response)
            }
        }
    }

    private func received(_ head: HTTPResponseHead, _ context: ChannelHandlerContext) {
        let response = HTTPResponse(
            status: HTTPResponse.Status(code: Int(head.status.code), reasonPhrase: head.status.reasonPhrase),
            headerFields: HTTPFields(head.headers))
        self.response = response
        if head.status == .switchingProtocols {
            guard Self.namesProtocol(head) else { return errorCaught(context: context, error: UnnamedUpgrade()) }
        } else if outcome.refusalLimit == 0 {
            refuse(context, response)
        }
    }

    /// As RFC 9110 (section 7.8) demands. Without it the decoder takes the bytes that follow for the next answer.
    private static func namesProtocol(_ response: HTTPResponseHead) -> Bool {
        response.headers.contains(name: "upgrade")
            && response.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
    }

    private func refuse(_ context: ChannelHandlerContext, _ head: HTTPResponse) {
        answer.settle { try outcome.refused(head, refusal) }
        context.close(promise: nil)
    }

    /// HTTP's handlers first: whatever comes after them may write at once, and in its own words.
    private func leaveHTTP(_ context: ChannelHandlerContext, _ head: HTTPResponse) {
        isLeaving = true
        let operations = context.pipeline.syncOperations
        operations.removeHandler(encoder, promise: nil)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        operations.removeHandler(decoder).whenComplete { _ in
            let (handler, context) = bound.value
            handler.handOver(context, head)
        }
    }

    private func handOver(_ context: ChannelHandlerContext, _ head: HTTPResponse) {
        answer.settle { try outcome.accepted(head, context.channel) }
        let parts = held
        held = []
        for part in parts { context.fireChannelRead(part) }
        // Bytes are passed on at the end of a read: of those that came along with the answer this is it, and the next
        // one may never come.
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { answer.fail(ChannelError.eof) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
        context.close(promise: nil)
    }
}
