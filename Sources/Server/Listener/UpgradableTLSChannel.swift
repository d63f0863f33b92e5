import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOSSL
import NIOTLS

/// TLS: HTTP/2 for clients that ask for it (ALPN), the upgradable HTTP/1.1 for the others.
struct UpgradableTLSChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let negotiated:
            EventLoopFuture<NIONegotiatedHTTPVersion<UpgradableHTTP1Channel.Value, ListenerHTTP2Channel.Value>>
        let channel: any Channel
    }

    private let context: NIOSSLContext
    private let http1: UpgradableHTTP1Channel
    private let http2: ListenerHTTP2Channel

    init(tls: TLSConfiguration, http1: UpgradableHTTP1Channel) throws {
        var tls = tls
        tls.applicationProtocols = NIOHTTP2SupportedALPNProtocols
        context = try NIOSSLContext(configuration: tls)
        self.http1 = http1
        http2 = ListenerHTTP2Channel(responder: http1.responder, limits: http1.limits)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        // A client that connects and does not shake hands is not kept.
        let alarm = channel.eventLoop.scheduleTask(in: TimeAmount(http1.limits.firstRequestTimeout)) {
            channel.close(promise: nil)
        }
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }.flatMap {
            channel.configureHTTP2AsyncSecureUpgrade(
                http1ConnectionInitializer: { http1.setup(channel: $0, logger: logger) },
                http2ConnectionInitializer: { http2.setup(channel: $0, logger: logger) })
        }.map { negotiated in
            negotiated.whenComplete { _ in alarm.cancel() }
            return Value(negotiated: negotiated, channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.negotiated.get() {
            case .http1_1(let connection): await http1.handle(value: connection, logger: logger)
            case .http2(let connection): await http2.handle(value: connection, logger: logger)
            }
        } catch {
            logger.debug("TLS could not be negotiated", metadata: ["error": "\(error)"])
            value.channel.close(promise: nil)
        }
    }
}
