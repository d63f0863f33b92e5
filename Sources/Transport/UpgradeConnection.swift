import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One connection of its own, on which the peer is asked to leave HTTP/1.1.
struct UpgradeConnection {
    let endpoint: RemoteEndpoint
    let tls: TLSConfiguration?
    let authority: String
    let group: any EventLoopGroup

    func open(_ request: RemoteRequest) async throws -> RemoteUpgrade {
        let promise = group.any().makePromise(of: RemoteUpgrade.self)
        let head = requestHead(request)
        let bootstrap = ClientBootstrap(group: promise.futureResult.eventLoop)
            .connectTimeout(.milliseconds(request.timeout.wholeMilliseconds))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try addHandlers(to: channel, promise, head, request.timeout) }
            }
        do {
            let connected =
                switch endpoint.address {
                case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
                case .unixSocket(let path): bootstrap.connect(unixDomainSocketPath: path)
                }
            connected.whenFailure { promise.fail($0) }
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                promise.fail(CancellationError())
                connected.whenSuccess { $0.close(promise: nil) }
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            throw TransportError(translating: error, authority: authority, timeout: request.timeout)
        }
    }

    private func requestHead(_ request: RemoteRequest) -> HTTPRequestHead {
        var headers = HTTPHeaders()
        headers.add(name: "Host", value: authority)
        for field in request.headerFields where field.name.canonicalName != "host" {
            headers.add(name: field.name.rawName, value: field.value)
        }
        return HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method.rawValue), uri: request.target,
            headers: headers)
    }

    private func addHandlers(
        to channel: any Channel, _ promise: EventLoopPromise<RemoteUpgrade>, _ head: HTTPRequestHead,
        _ timeout: Duration
    ) throws {
        let operations = channel.pipeline.syncOperations
        if let tls {
            let context = try NIOSSLContext(configuration: tls)
            try operations.addHandler(try NIOSSLClientHandler(context: context, serverHostname: serverName))
        }
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
        try operations.addHandlers([encoder, decoder])
        try operations.addHandler(
            UpgradeClientHandler(head: head, timeout: timeout, promise: promise, encoder: encoder, decoder: decoder))
    }

    /// A name for SNI; addresses must not be sent in it (RFC 6066, section 3).
    private var serverName: String? {
        guard case .tcp(let host, _) = endpoint.address, (try? SocketAddress(ipAddress: host, port: 1)) == nil else {
            return nil
        }
        return host
    }
}

/// Sends the request, waits for the answer's head, and takes HTTP off the connection when it is 101.
private final class UpgradeClientHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let head: HTTPRequestHead
    private let timeout: Duration
    private let promise: EventLoopPromise<RemoteUpgrade>
    private let encoder: HTTPRequestEncoder
    private let decoder: ByteToMessageHandler<HTTPResponseDecoder>
    private var alarm: Scheduled<Void>?
    private var accepted: HTTPResponse?

    init(
        head: HTTPRequestHead, timeout: Duration, promise: EventLoopPromise<RemoteUpgrade>,
        encoder: HTTPRequestEncoder, decoder: ByteToMessageHandler<HTTPResponseDecoder>
    ) {
        self.head = head
        self.timeout = timeout
        self.promise = promise
        self.encoder = encoder
        self.decoder = decoder
    }

    func channelActive(context: ChannelHandlerContext) {
        let (channel, promise) = (context.channel, promise)
        alarm = context.eventLoop.scheduleTask(in: .milliseconds(timeout.wholeMilliseconds)) {
            promise.fail(ChannelError.connectTimeout(.zero))
            channel.close(promise: nil)
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let response):
            alarm?.cancel()
            let answer = HTTPResponse(
                status: HTTPResponse.Status(
                    code: Int(response.status.code), reasonPhrase: response.status.reasonPhrase),
                headerFields: HTTPFields(response.headers))
            guard response.status == .switchingProtocols else {
                promise.succeed(RemoteUpgrade(response: answer, channel: nil))
                return context.close(promise: nil)
            }
            accepted = answer
        case .body: break
        case .end:
            // Not earlier: the decoder still has this end to deliver.
            if let accepted { leaveHTTP(context, accepted) }
        }
    }

    private func leaveHTTP(_ context: ChannelHandlerContext, _ answer: HTTPResponse) {
        do {
            let operations = context.pipeline.syncOperations
            // First the raw channel at the end, so that the bytes the decoder still holds have where to go.
            let raw = try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                wrappingChannelSynchronously: context.channel,
                configuration: .init(isOutboundHalfClosureEnabled: true))
            operations.removeHandler(self, promise: nil)
            operations.removeHandler(encoder, promise: nil)
            operations.removeHandler(decoder, promise: nil)
            promise.succeed(RemoteUpgrade(response: answer, channel: raw))
        } catch {
            errorCaught(context: context, error: error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        alarm?.cancel()
        promise.fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        alarm?.cancel()
        promise.fail(error)
        context.close(promise: nil)
    }
}
