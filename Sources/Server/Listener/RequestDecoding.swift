import DequeModule
import NIOCore
import NIOHTTP1
import Transport

/// Stands right behind the decoder of requests and puts a new one in its place when that one has stopped.
///
/// NIO's decoder (2.101) stops for good behind a request that asks for an upgrade, whoever refuses it: the next request
/// on the connection would never be read, and the client would wait for it until it gives up.
///
/// What comes behind it knows nothing older than HTTP/1.1: it also makes requests of HTTP/1.0 fit, and the answers to them.
final class RequestDecoding: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Mode {
        /// It is not settled whether the connection stays HTTP.
        case undecided
        case http
        /// The old decoder is about to go; what it has not used comes as bytes.
        case renewing
        case leaving
        /// A request was no good: what follows on the connection is for nobody.
        case refused
    }

    private let limits: NIOHTTPDecoderLimitConfiguration
    private let encoder: HTTPResponseEncoder
    private var decoder: ByteToMessageHandler<HTTPRequestDecoder>
    private var mode = Mode.undecided
    private var willStop = false
    private var hasStopped = false
    /// Of each request that is not answered yet, whether it is HEAD.
    private var unanswered: Deque<Bool> = []
    /// How many answers come before the one to a client of HTTP/1.0, which is the last.
    private var answersBeforeLast: Int?
    /// Bytes, whatever the handler's own type says: so they are passed on as they are.
    private var unused: [NIOAny] = []

    /// - Parameter encoder: stands right in front of the decoder.
    init(encoder: HTTPResponseEncoder, limits: NIOHTTPDecoderLimitConfiguration) {
        self.encoder = encoder
        self.limits = limits
        decoder = Self.makeDecoder(limits)
    }

    private static func makeDecoder(
        _ limits: NIOHTTPDecoderLimitConfiguration
    ) -> ByteToMessageHandler<HTTPRequestDecoder> {
        ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits))
    }

    /// Encoder, decoder and this handler.
    static func add(
        to operations: ChannelPipeline.SynchronousOperations, limits: NIOHTTPDecoderLimitConfiguration
    ) throws -> RequestDecoding {
        let decoding = RequestDecoding(encoder: HTTPResponseEncoder(), limits: limits)
        try operations.addHandlers([decoding.encoder, decoding.decoder])
        try operations.addHandler(decoding)
        return decoding
    }

    /// The connection stays HTTP: from now on no request may stop it.
    func stay(_ context: ChannelHandlerContext) {
        mode = .http
        if hasStopped { renew(context.pipeline.syncOperations) }
    }

    /// Takes the decoder away; bytes that it has not used go down the pipeline. The encoder stays.
    func removeDecoder(_ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
        mode = .leaving
        let bound = NIOLoopBound((self, context.pipeline.syncOperations), eventLoop: context.eventLoop)
        return context.pipeline.syncOperations.removeHandler(decoder).flatMap {
            bound.value.1.removeHandler(bound.value.0)
        }
    }

    func removeEncoder(_ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
        context.pipeline.syncOperations.removeHandler(encoder)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch mode {
        case .leaving: context.fireChannelRead(data)
        case .refused: break
        case .renewing: unused.append(data)
        case .undecided, .http: pass(context, data)
        }
    }

    private func pass(_ context: ChannelHandlerContext, _ data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            willStop = Self.stopsDecoder(head)
            guard let target = RequestTarget(head) else {
                mode = .refused
                return context.fireErrorCaught(HTTPParserError.invalidHeaderToken)
            }
            guard head.headers.transferCoding != .foreign else {
                mode = .refused
                return context.fireErrorCaught(UnknownTransferCoding())
            }
            if head.version != .http1_1, answersBeforeLast == nil { answersBeforeLast = unanswered.count }
            unanswered.append(head.method == .HEAD)
            if target.form != head.uri || head.version != .http1_1 {
                return context.fireChannelRead(wrapInboundOut(.head(Self.normalized(head, target))))
            }
        case .body: break
        case .end: hasStopped = willStop
        }
        context.fireChannelRead(data)
        if hasStopped, case .http = mode { renew(context.pipeline.syncOperations) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let isToHead = unanswered.first else { return context.write(data, promise: promise) }
        switch unwrapOutboundIn(data) {
        case .head(var head) where answersBeforeLast == 0 && head.status.code >= 200:
            // So that the encoder makes no chunks, which that client would take for content (RFC 9112, section 6.1).
            head.version = .http1_0
            return context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            unanswered.removeFirst()
            answersBeforeLast = answersBeforeLast.map { $0 - 1 }
            // For the encoder an answer without a length has chunks, and this would be their end; here there are none
            // (RFC 9112, section 6.3), and it would be taken for the beginning of the next answer.
            if isToHead { return promise?.succeed() ?? () }
        default: break
        }
        context.write(data, promise: promise)
    }

    /// A client of HTTP/1.0 takes an answer for ended when the connection is (RFC 9112, section 9.3), and may not ask for
    /// an upgrade (RFC 9110, section 7.8).
    private static func normalized(_ head: HTTPRequestHead, _ target: RequestTarget) -> HTTPRequestHead {
        var head = head
        head.uri = target.form
        if head.version != .http1_1 {
            head.headers.replaceOrAdd(name: "connection", value: "close")
            head.headers.remove(name: "upgrade")
            // It knows no interim answers (RFC 9110, section 10.1.1).
            head.headers.remove(name: "expect")
        }
        return head
    }

    /// The parser's own rule.
    private static func stopsDecoder(_ head: HTTPRequestHead) -> Bool {
        head.method == .CONNECT
            || head.headers.contains(name: "upgrade")
                && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
    }

    private func renew(_ operations: ChannelPipeline.SynchronousOperations) {
        mode = .renewing
        let bound = NIOLoopBound((self, operations), eventLoop: operations.eventLoop)
        operations.removeHandler(decoder).whenComplete { result in
            let (decoding, operations) = bound.value
            // It fails only when the connection is gone, and then nothing is left to decode.
            if case .success = result { decoding.install(operations) }
        }
    }

    private func install(_ operations: ChannelPipeline.SynchronousOperations) {
        mode = .http
        (willStop, hasStopped) = (false, false)
        decoder = Self.makeDecoder(limits)
        do {
            try operations.addHandler(decoder, position: .before(self))
            guard !unused.isEmpty else { return }
            let bytes = unused
            unused = []
            // To the handler behind the encoder: the new decoder.
            let start = try operations.context(handler: encoder)
            for data in bytes { start.fireChannelRead(data) }
            start.fireChannelReadComplete()
        } catch {
            operations.fireErrorCaught(error)
        }
    }
}
