import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

typealias HTTPAsyncChannel = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

/// What a connection turned out to be.
enum ConnectionOutcome: Sendable {
    case http(HTTPAsyncChannel)
    case upgraded(@Sendable (Logger) async throws -> Void)
}

/// Looks at the first request of a connection: either it asks for an upgrade that is granted, or the connection stays
/// HTTP for good.
///
/// NIO's own upgrade handler (2.101) loses a request whose `Upgrade` nobody takes, as `curl --http2` and Java's client
/// send it, and the connection hangs; here it is answered like any other request.
final class UpgradeGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State { case first, deciding, accepted(AcceptedUpgrade), switching, done }

    private let responder: any UpgradeResponder
    private let encoder: HTTPResponseEncoder
    private let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    private let isSecure: Bool
    private let firstRequestTimeout: TimeAmount
    private let promise: EventLoopPromise<ConnectionOutcome>
    private let stayHTTP: (any Channel) throws -> HTTPAsyncChannel
    private var state = State.first
    private var held: [NIOAny] = []
    private var alarm: Scheduled<Void>?

    init(
        responder: any UpgradeResponder, codec: (HTTPResponseEncoder, ByteToMessageHandler<HTTPRequestDecoder>),
        isSecure: Bool, firstRequestTimeout: TimeAmount, promise: EventLoopPromise<ConnectionOutcome>,
        stayHTTP: @escaping (any Channel) throws -> HTTPAsyncChannel
    ) {
        self.responder = responder
        (encoder, decoder) = codec
        self.isSecure = isSecure
        self.firstRequestTimeout = firstRequestTimeout
        self.promise = promise
        self.stayHTTP = stayHTTP
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        alarm = context.eventLoop.scheduleTask(in: firstRequestTimeout) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    /// Does nothing to an outcome that is there already.
    private func end() {
        alarm?.cancel()
        promise.fail(ChannelError.eof)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Shutting down, or half closed, before the first request.
        if event is ChannelShouldQuiesceEvent { context.close(promise: nil) }
        if case .inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError, case .first = state else { return context.close(promise: nil) }
        let head = HTTPResponseHead(
            version: .http1_1, status: .badRequest, headers: ["Connection": "close", "Content-Length": "0"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .first: readFirst(context, data)
        case .deciding, .switching: held.append(data)
        case .accepted(let accepted):
            held.append(data)
            switchProtocols(context, accepted)
        case .done: context.fireChannelRead(data)
        }
    }

    private func readFirst(_ context: ChannelHandlerContext, _ data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data) else { return context.close(promise: nil) }
        alarm?.cancel()
        held.append(data)
        let protocols = head.headers[canonicalForm: "upgrade"].map { $0.lowercased() }
        let connection = head.headers[canonicalForm: "connection"].map { $0.lowercased() }
        let hasBody = head.headers.contains(name: "content-length") || head.headers.contains(name: "transfer-encoding")
        guard head.version == .http1_1, !protocols.isEmpty, connection.contains("upgrade"), !hasBody,
            let request = try? HTTPRequest(head, secure: isSecure, splitCookie: false)
        else { return remainHTTP(context) }
        decide(
            context,
            UpgradeRequest(
                head: request, protocols: protocols, remoteAddress: context.remoteAddress, isSecure: isSecure))
    }

    private func decide(_ context: ChannelHandlerContext, _ request: UpgradeRequest) {
        state = .deciding
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let responder = responder
        context.eventLoop.makeFutureWithTask { await responder.upgrade(request) }.whenComplete { result in
            let (gate, context) = bound.value
            guard context.channel.isActive else { return }
            guard case .success(let accepted?) = result else { return gate.remainHTTP(context) }
            gate.state = .accepted(accepted)
            gate.switchProtocols(context, accepted)
        }
    }

    private func remainHTTP(_ context: ChannelHandlerContext) {
        do {
            promise.succeed(.http(try stayHTTP(context.channel)))
        } catch {
            promise.fail(error)
            return context.close(promise: nil)
        }
        finish(context)
    }

    /// Answers 101 once the whole request is there, then takes HTTP off the connection.
    private func switchProtocols(_ context: ChannelHandlerContext, _ accepted: AcceptedUpgrade) {
        // Head and end; an upgrade with a body was not accepted.
        guard held.count >= 2 else { return }
        held.removeFirst(2)
        state = .switching
        let (channel, encoder) = (context.channel, encoder)
        let bound = NIOLoopBound((self, context, encoder), eventLoop: context.eventLoop)
        // Bytes that the client sent behind its request come out of the decoder into `held`.
        context.pipeline.syncOperations.removeHandler(decoder).flatMap {
            let (gate, context, _) = bound.value
            return context.writeAndFlush(gate.wrapOutboundOut(.head(Self.switchingHead(accepted))))
        }.flatMap {
            channel.pipeline.syncOperations.removeHandler(bound.value.2)
        }.whenComplete { result in
            let (gate, context, _) = bound.value
            do {
                try result.get()
                let raw = try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                    wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                gate.promise.succeed(.upgraded { logger in try await accepted.run(raw, logger) })
            } catch {
                gate.promise.fail(error)
                return context.close(promise: nil)
            }
            gate.finish(context)
        }
    }

    private static func switchingHead(_ accepted: AcceptedUpgrade) -> HTTPResponseHead {
        var headers: HTTPHeaders = ["Connection": "upgrade", "Upgrade": accepted.protocolName]
        for field in accepted.headerFields { headers.add(name: field.name.rawName, value: field.value) }
        return HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
    }

    private func finish(_ context: ChannelHandlerContext) {
        state = .done
        for data in held { context.fireChannelRead(data) }
        held = []
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
