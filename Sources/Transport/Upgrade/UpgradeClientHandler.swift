import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOSSL

/// The peer answered 101 and did not say what it will speak.
struct UnnamedUpgrade: Error {}

/// Sends the request, waits for the answer's head, and takes HTTP off the connection when it is 101.
final class UpgradeClientHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let head: HTTPRequestHead
    private let answer: UpgradeAnswer
    private let encoder: HTTPRequestEncoder
    private let decoder: ByteToMessageHandler<HTTPResponseDecoder>
    private var accepted: HTTPResponse?

    init(
        head: HTTPRequestHead, answer: UpgradeAnswer, encoder: HTTPRequestEncoder,
        decoder: ByteToMessageHandler<HTTPResponseDecoder>
    ) {
        self.head = head
        self.answer = answer
        self.encoder = encoder
        self.decoder = decoder
    }

    func channelActive(context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let response):
            let head = HTTPResponse(
                status: HTTPResponse.Status(
                    code: Int(response.status.code), reasonPhrase: response.status.reasonPhrase),
                headerFields: HTTPFields(response.headers))
            guard response.status == .switchingProtocols else { return refuse(context, head) }
            guard Self.namesProtocol(response) else { return errorCaught(context: context, error: UnnamedUpgrade()) }
            accepted = head
        case .body: break
        case .end:
            // Not earlier: the decoder still has this end to deliver.
            if let accepted { leaveHTTP(context, accepted) }
        }
    }

    /// As RFC 9110 (section 7.8) demands. Without it the decoder takes the bytes that follow for the next answer.
    private static func namesProtocol(_ response: HTTPResponseHead) -> Bool {
        response.headers.contains(name: "upgrade")
            && response.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
    }

    private func refuse(_ context: ChannelHandlerContext, _ head: HTTPResponse) {
        answer.settle { RemoteUpgrade(response: head, channel: nil) }
        context.close(promise: nil)
    }

    private func leaveHTTP(_ context: ChannelHandlerContext, _ head: HTTPResponse) {
        answer.settle {
            // First the raw channel at the end, so that the bytes the decoder still holds have where to go.
            let raw = try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                wrappingChannelSynchronously: context.channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            let operations = context.pipeline.syncOperations
            operations.removeHandler(self, promise: nil)
            operations.removeHandler(encoder, promise: nil)
            let pipeline = NIOLoopBound(context.pipeline, eventLoop: context.eventLoop)
            operations.removeHandler(decoder).whenComplete { _ in
                // The raw channel passes bytes on at the end of a read: of those that came along with the answer this
                // is it, and the next one may never come.
                pipeline.value.syncOperations.fireChannelReadComplete()
            }
            return RemoteUpgrade(response: head, channel: raw)
        }
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
