import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOSSL
import NIOTLS
import ServiceLifecycle

/// HTTP/1.1 for Hummingbird's server, with a gate in front that lets connections leave HTTP.
struct UpgradableHTTP1Channel: ServerChildChannel, HTTPChannelHandler {
    struct Value: ServerChildChannelValue {
        let outcome: EventLoopFuture<ConnectionOutcome>
        let channel: any Channel
    }

    /// A client that opens a connection and says nothing is not kept longer.
    private static let firstRequestTimeout = TimeAmount.seconds(30)
    private static let idleTimeout = Duration.seconds(75)

    let responder: HTTPChannelHandler.Responder
    let upgrades: any UpgradeResponder
    let isSecure: Bool

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let promise = channel.eventLoop.makePromise(of: ConnectionOutcome.self)
            let encoder = HTTPResponseEncoder()
            let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes))
            let operations = channel.pipeline.syncOperations
            try operations.addHandlers([encoder, decoder])
            let gate = UpgradeGate(
                responder: upgrades, codec: (encoder, decoder), isSecure: isSecure,
                firstRequestTimeout: Self.firstRequestTimeout, promise: promise
            ) { [isSecure] channel in
                let operations = channel.pipeline.syncOperations
                try operations.addHandler(HTTP1ToHTTPServerCodec(secure: isSecure))
                try operations.addHandler(HTTPConnectionStateHandler(idleTimeout: Self.idleTimeout, logger: logger))
                return try HTTPAsyncChannel(
                    wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            }
            try operations.addHandler(gate)
            return Value(outcome: promise.futureResult, channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.outcome.get() {
            case .http(let channel): await handleHTTP(asyncChannel: channel, logger: logger)
            case .upgraded(let run):
                // A tunnel has no end of its own that stopping could wait for.
                try await withTaskCancellationOrGracefulShutdownHandler {
                    try await run(logger)
                } onCancelOrGracefulShutdown: {
                    value.channel.close(promise: nil)
                }
            }
        } catch {
            logger.debug("a connection ended", metadata: ["error": "\(error)"])
            value.channel.close(promise: nil)
        }
    }
}

/// TLS: HTTP/2 for clients that ask for it (ALPN), the upgradable HTTP/1.1 for the others.
struct UpgradableTLSChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let negotiated: EventLoopFuture<NIONegotiatedHTTPVersion<UpgradableHTTP1Channel.Value, HTTP2Channel.Value>>
        let channel: any Channel
    }

    private let context: NIOSSLContext
    private let http1: UpgradableHTTP1Channel
    private let http2: HTTP2Channel

    init(tls: TLSConfiguration, http1: UpgradableHTTP1Channel) throws {
        var tls = tls
        tls.applicationProtocols = NIOHTTP2SupportedALPNProtocols
        context = try NIOSSLContext(configuration: tls)
        self.http1 = http1
        http2 = HTTP2Channel(
            responder: http1.responder,
            configuration: .init(idleTimeout: .seconds(75), gracefulCloseTimeout: .seconds(8)))
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }.flatMap {
            channel.configureHTTP2AsyncSecureUpgrade(
                http1ConnectionInitializer: { http1.setup(channel: $0, logger: logger) },
                http2ConnectionInitializer: { http2.setup(channel: $0, logger: logger) })
        }.map { Value(negotiated: $0, channel: channel) }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.negotiated.get() {
            case .http1_1(let connection): await http1.handle(value: connection, logger: logger)
            case .http2(let connection): await http2.handle(value: connection, logger: logger)
            }
        } catch {
            logger.debug("TLS could not be negotiated", metadata: ["error": "\(error)"])
        }
    }
}

extension HTTPServerBuilder {
    /// One listener for HTTP/1.1, HTTP/2 where TLS is, WebSocket and other upgrades.
    static func upgradable(_ upgrades: any UpgradeResponder, tls: TLSConfiguration?) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let http1 = UpgradableHTTP1Channel(responder: responder, upgrades: upgrades, isSecure: tls != nil)
            guard let tls else { return http1 }
            return try UpgradableTLSChannel(tls: tls, http1: http1)
        }
    }
}
