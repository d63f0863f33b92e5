import Foundation
import NIOCore
import NIOExtras
import NIOHTTP1
import NIOPosix

/// Opens one connection to a peer, through a proxy where it has one.
struct EndpointConnector {
    let endpoint: RemoteEndpoint
    let targets: TargetGuard

    /// - Parameters:
    ///   - timeout: until the peer itself can be spoken to.
    ///   - initialize: builds the pipeline, on the event loop; with a proxy in between the connection is open already.
    func connect(
        on loop: any EventLoop, within timeout: TimeAmount, halfClosure: Bool = false,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let limit = max(timeout, .milliseconds(1))
        var bootstrap = ClientBootstrap(group: loop).connectTimeout(limit)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.recvAllocator, value: .growing)
        if halfClosure { bootstrap = bootstrap.channelOption(.allowRemoteHalfClosure, value: true) }
        guard let proxy = endpoint.proxy, case .tcp(let host, let port) = endpoint.address else {
            // Kept besides being told to the pipeline: that has no handlers any more when it closes before anybody asks.
            let objection = NIOLoopBoundBox<ExchangeFailure?>.makeBoxSendingValue(nil, eventLoop: loop)
            return connect(
                bootstrap.channelInitializer { [targets] channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handler = TargetGuardHandler(targets: targets) { objection.value = $0 }
                        try channel.pipeline.syncOperations.addHandler(handler)
                        try initialize(channel)
                    }
                }
            ).flatMapErrorThrowing {
                throw objection.value ?? $0
            }.flatMapThrowing { channel in
                // Of several addresses of a name another one may have been the objectionable one.
                if let reason = objection.value, !channel.isActive { throw reason }
                return channel
            }
        }
        let agreed = loop.makePromise(of: Void.self)
        let handlers = ProxyHandlers(
            proxy, to: (host, port), targets, deadline: .now() + limit, agreed: agreed)
        let connected = bootstrap.channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try handlers.add(to: channel.pipeline.syncOperations) }
        }.connect(host: proxy.host, port: proxy.port)
        connected.whenFailure { agreed.fail($0) }
        return agreed.futureResult.flatMap { connected }.flatMap { channel in
            // Takes the handlers out in this turn of the loop, before the peer has been told anything.
            handlers.remove(from: channel).flatMapThrowing {
                try initialize(channel)
                return channel
            }
        }.flatMapErrorThrowing {
            throw ProxyFailure(proxy: "\(proxy.host):\(proxy.port)", status: handlers.status.value, reason: $0)
        }
    }

    private func connect(_ bootstrap: ClientBootstrap) -> EventLoopFuture<any Channel> {
        switch endpoint.address {
        case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
        case .unixSocket(let path): bootstrap.connect(unixDomainSocketPath: path)
        }
    }
}

extension RecvByteBufferAllocator where Self == AdaptiveRecvByteBufferAllocator {
    /// Grows with what comes, and shrinks again: an idle connection holds no buffer, and a body does not cost a turn of
    /// the event loop for each 64 KiB.
    static var growing: AdaptiveRecvByteBufferAllocator {
        AdaptiveRecvByteBufferAllocator(minimum: 1 << 10, initial: 2 << 10, maximum: 256 << 10)
    }
}

extension Channel {
    /// From now on, as somebody is slower than the peer: usually up to four buffers are read before it is looked whether more
    /// is wanted. (What the peer has sent before it closes is read all the same.) On the event loop.
    func readBufferByBuffer() {
        // Refused by what has no buffers.
        try? syncOptions?.setOption(.maxMessagesPerRead, value: 1)
    }
}

/// No connection through the proxy.
struct ProxyFailure: Error {
    let proxy: String
    /// What it has answered; `nil` when it has not.
    let status: Int?
    let reason: any Error
}

/// What asks the proxy, and is in the pipeline until it has agreed.
private struct ProxyHandlers: Sendable {
    private static let encoder = "proxy.encoder"
    private static let decoder = "proxy.decoder"
    private static let note = "proxy.note"

    /// Of the proxy's answer.
    let status: NIOLoopBoundBox<Int?>

    private let proxy: RemoteEndpoint.Proxy
    private let peer: (host: String, port: Int)
    private let targets: TargetGuard
    private let deadline: NIODeadline
    private let agreed: EventLoopPromise<Void>

    init(
        _ proxy: RemoteEndpoint.Proxy, to peer: (String, Int), _ targets: TargetGuard, deadline: NIODeadline,
        agreed: EventLoopPromise<Void>
    ) {
        status = .makeBoxSendingValue(nil, eventLoop: agreed.futureResult.eventLoop)
        self.proxy = proxy
        self.peer = peer
        self.targets = targets
        self.deadline = deadline
        self.agreed = agreed
    }

    func add(to operations: ChannelPipeline.SynchronousOperations) throws {
        let host = peer.host.contains(":") ? "[\(peer.host)]" : peer.host
        var headers: HTTPHeaders = ["Host": "\(host):\(peer.port)"]
        if let credentials = proxy.credentials {
            headers.add(
                name: "Proxy-Authorization", value: "Basic " + Data(credentials.utf8).base64EncodedString())
        }
        try operations.addHandler(TargetGuardHandler(targets: targets))
        try operations.addHandler(HTTPRequestEncoder(), name: Self.encoder)
        let decoder = HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: .answers)
        try operations.addHandler(ByteToMessageHandler(decoder), name: Self.decoder)
        try operations.addHandler(ProxyAnswerNote(status: status), name: Self.note)
        try operations.addHandler(
            NIOHTTP1ProxyConnectHandler(
                targetHost: host, targetPort: peer.port, headers: headers, deadline: deadline, promise: agreed))
    }

    func remove(from channel: any Channel) -> EventLoopFuture<Void> {
        let pipeline = channel.pipeline
        return pipeline.removeHandler(name: Self.encoder).flatMap {
            pipeline.removeHandler(name: Self.note)
        }.flatMap { pipeline.removeHandler(name: Self.decoder) }
    }
}

/// The library's handler, which is behind this one, does not tell with which status a proxy has refused.
private final class ProxyAnswerNote: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let status: NIOLoopBoundBox<Int?>

    init(status: NIOLoopBoundBox<Int?>) { self.status = status }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) { status.value = Int(head.status.code) }
        context.fireChannelRead(data)
    }
}
