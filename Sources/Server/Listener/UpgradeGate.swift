import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

typealias RawAsyncChannel = NIOAsyncChannel<ByteBuffer, ByteBuffer>

/// A connection after its client was told 101.
enum UpgradedChannel: Sendable {
    case running(RawAsyncChannel, @Sendable (RawAsyncChannel, Logger) async throws -> Void)
    /// Others are responsible for it.
    case takenOver
}

/// What the first request of a connection says of it.
enum ConnectionOpening: Sendable {
    case http(ClientConnection)
    /// `UpgradeGate.refuse()` or `accept(_:)` settles it.
    case asks(UpgradeRequest)
}

/// Holds the first request of a connection back until it is settled whether the connection stays HTTP.
///
/// NIO's own upgrade handler (2.101) loses a request whose `Upgrade` nobody takes, as `curl --http2` and Java's client
/// send it, and the connection hangs; here it is answered like any other request.
final class UpgradeGate: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private static let lingering = TimeAmount.seconds(2)

    private let decoding: RequestDecoding
    private let isSecure: Bool
    private let firstRequestTimeout: TimeAmount
    private let opening: EventLoopPromise<ConnectionOpening>
    private let stayHTTP: (any Channel) throws -> ClientConnection

    private var state = UpgradeGateState()
    private var context: ChannelHandlerContext?
    private var held: [NIOAny] = []
    private var isReadHeld = false
    private var alarm: Scheduled<Void>?
    private var acceptance: (upgrade: AcceptedUpgrade, promise: EventLoopPromise<UpgradedChannel>)?

    /// - Parameter stayHTTP: puts the rest of an HTTP connection behind this handler.
    init(
        decoding: RequestDecoding, isSecure: Bool, firstRequestTimeout: TimeAmount,
        opening: EventLoopPromise<ConnectionOpening>,
        stayHTTP: @escaping (any Channel) throws -> ClientConnection
    ) {
        self.decoding = decoding
        self.isSecure = isSecure
        self.firstRequestTimeout = firstRequestTimeout
        self.opening = opening
        self.stayHTTP = stayHTTP
    }

    // MARK: The decision, on the event loop

    /// The connection stays HTTP; the request that asked is answered like any other.
    func refuse() throws -> ClientConnection {
        guard let context, state.decided(accepted: false) == .stay else { throw ChannelError.eof }
        return try stay(context)
    }

    /// The client is told 101, and the connection is handed over raw.
    func accept(_ upgrade: AcceptedUpgrade) -> EventLoopFuture<UpgradedChannel> {
        let loop = opening.futureResult.eventLoop
        guard let context else { return loop.makeFailedFuture(ChannelError.eof) }
        let promise = loop.makePromise(of: UpgradedChannel.self)
        acceptance = (upgrade, promise)
        switch state.decided(accepted: true) {
        case .leave: leave(context)
        case .wait: resumeReading(context)
        case .stay, .tooLate: failAcceptance(ChannelError.eof)
        }
        return promise.futureResult
    }

    // MARK: The connection's events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let channel = context.channel
        alarm = context.eventLoop.scheduleTask(in: firstRequestTimeout) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        alarm?.cancel()
        held = []
        guard state.closed() else { return }
        // No effect on an opening that is there: it asks for an upgrade, and the acceptance tells.
        opening.fail(ChannelError.eof)
        failAcceptance(ChannelError.eof)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent where state.isClosedByStopping: context.close(promise: nil)
        // A client that says no more before it has asked for anything, or has asked for both directions.
        case ChannelEvent.inputClosed where !state.isSettled: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !state.isSettled else { return context.fireErrorCaught(error) }
        guard UnreadableRequest.isAbout(error) else { return context.close(promise: nil) }
        switch state.parserFailed() {
        case .answerError: reject(context, error)
        case .ignore: break
        case .close: context.close(promise: nil)
        }
    }

    private func reject(_ context: ChannelHandlerContext, _ error: any Error) {
        alarm?.cancel()
        opening.fail(error)
        let answer = UnreadableRequest(error)
        context.write(wrapOutboundOut(.head(HTTPResponseHead(answer.head))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        // To close with bytes unread resets the connection, and the client may never see the answer: so only our
        // direction ends now, and the rest when the client has ended its own or the time is up.
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        alarm = context.eventLoop.scheduleTask(in: Self.lingering) { channel.close(promise: nil) }
    }

    func read(context: ChannelHandlerContext) {
        guard state.mayRead else { return isReadHeld = true }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !state.isSettled else { return context.fireChannelRead(data) }
        // While HTTP is taken off, the decoder hands out the bytes that it has not used.
        let part: UpgradeGateState.Part
        var request: UpgradeRequest?
        if state.mayRead {
            switch unwrapInboundIn(data) {
            case .head(let head):
                request = upgradeRequest(head, context)
                part = .head(asksForUpgrade: request != nil)
            case .body: part = .body
            case .end: part = .end
            }
        } else {
            part = .body
        }
        held.append(data)
        perform(state.read(part), request, context)
    }

    private func perform(
        _ action: UpgradeGateState.ReadAction, _ request: UpgradeRequest?, _ context: ChannelHandlerContext
    ) {
        switch action {
        case .hold: break
        case .holdAndAsk:
            alarm?.cancel()
            if let request { opening.succeed(.asks(request)) }
        case .holdAndStay:
            alarm?.cancel()
            do {
                opening.succeed(.http(try stay(context)))
            } catch {
                opening.fail(error)
            }
        case .leave: leave(context)
        case .drop: held = []
        case .close: context.close(promise: nil)
        }
    }

    private func upgradeRequest(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) -> UpgradeRequest? {
        let protocols = head.headers[canonicalForm: "upgrade"].map { $0.lowercased() }
        let connection = head.headers[canonicalForm: "connection"].map { $0.lowercased() }
        let hasBody = head.headers.contains(name: "content-length") || head.headers.contains(name: "transfer-encoding")
        guard head.version == .http1_1, !protocols.isEmpty, connection.contains("upgrade"), !hasBody,
            let request = try? HTTPRequest(head, secure: isSecure, splitCookie: false)
        else { return nil }
        return UpgradeRequest(
            head: request, protocols: protocols, remoteAddress: context.remoteAddress, isSecure: isSecure)
    }

    // MARK: Settling

    private func stay(_ context: ChannelHandlerContext) throws -> ClientConnection {
        do {
            let channel = try stayHTTP(context.channel)
            settle(context)
            decoding.stay(context)
            return channel
        } catch {
            context.close(promise: nil)
            throw error
        }
    }

    /// Answers 101, then takes HTTP off the connection.
    private func leave(_ context: ChannelHandlerContext) {
        guard let head = acceptance.map({ Self.switchingHead($0.upgrade) }) else {
            return context.close(promise: nil)
        }
        // The request itself; what is behind it belongs to the new protocol.
        held.removeFirst(min(2, held.count))
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        decoding.removeDecoder(context).flatMap {
            let (gate, context) = bound.value
            return context.writeAndFlush(gate.wrapOutboundOut(.head(head)))
        }.flatMap {
            let (gate, context) = bound.value
            return gate.decoding.removeEncoder(context)
        }.whenComplete { result in
            let (gate, context) = bound.value
            gate.handOver(context, result)
        }
    }

    private func handOver(_ context: ChannelHandlerContext, _ result: Result<Void, any Error>) {
        guard let (upgrade, promise) = acceptance else { return }
        do {
            try result.get()
            let upgraded = try Self.upgraded(context.channel, upgrade.use)
            acceptance = nil
            state.left()
            promise.succeed(upgraded)
            settle(context)
        } catch {
            failAcceptance(error)
            context.close(promise: nil)
        }
    }

    private static func upgraded(_ channel: any Channel, _ use: AcceptedUpgrade.Use) throws -> UpgradedChannel {
        switch use {
        case .run(let run):
            let raw = try RawAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            return .running(raw, run)
        case .takeOver(let takeOver):
            try takeOver(channel)
            return .takenOver
        }
    }

    private func failAcceptance(_ error: any Error) {
        acceptance?.promise.fail(error)
        acceptance = nil
    }

    private func settle(_ context: ChannelHandlerContext) {
        let parts = held
        held = []
        for data in parts { context.fireChannelRead(data) }
        context.fireChannelReadComplete()
        resumeReading(context)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func resumeReading(_ context: ChannelHandlerContext) {
        guard isReadHeld else { return }
        isReadHeld = false
        context.read()
    }

    private static func switchingHead(_ upgrade: AcceptedUpgrade) -> HTTPResponseHead {
        var headers: HTTPHeaders = ["Connection": "upgrade", "Upgrade": upgrade.protocolName]
        for field in upgrade.headerFields { headers.add(name: field.name.rawName, value: field.value) }
        return HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
    }
}
