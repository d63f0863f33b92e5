import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2
import Transport

/// HTTP/2 with windows wide enough for uploads: the protocol's own of 64 KiB are one round trip for each 64 KiB.
struct ListenerHTTP2Channel: ServerChildChannel {
    typealias Connection = NIOHTTP2Handler.AsyncStreamMultiplexer<ClientConnection>

    struct Value: ServerChildChannelValue {
        let connection: Connection
        let channel: any Channel
    }

    let responder: ClientConnection.Responder
    let limits: ListenerLimits

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let operations = channel.pipeline.syncOperations
            // The connection manager counts idle time from the end of a stream; until the first one this does.
            let alarm = channel.eventLoop.scheduleTask(in: TimeAmount(limits.firstRequestTimeout)) {
                channel.close(promise: nil)
            }
            channel.closeFuture.whenComplete { _ in alarm.cancel() }
            try operations.addHandler(HTTP2FrameAligner(isServer: true))
            let connection = try operations.configureAsyncHTTP2Pipeline(
                mode: .server,
                connectionManagerConfiguration: .init(
                    maxIdleTime: TimeAmount(limits.idleTimeout), maxAge: nil,
                    maxGraceTime: TimeAmount(limits.gracePeriod), keepalive: nil),
                http2HandlerConfiguration: Self.protocolConfiguration(limits)
            ) { streamChannel in
                alarm.cancel()
                return streamChannel.eventLoop.makeCompletedFuture {
                    // One request and its answer.
                    try streamChannel.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTPServerCodec())
                    return try ClientConnection(on: streamChannel, limits: limits, isStream: true)
                }
            }
            try operations.addHandler(BrokenConnectionHandler(logger: logger))
            return Value(connection: connection, channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        await withDiscardingTaskGroup { group in
            do {
                for try await client in value.connection.inbound {
                    group.addTask(executorPreference: EventLoopExecutor(client.channel.eventLoop)) {
                        await client.serve(responder, logger)
                    }
                }
            } catch {
                // What is under way goes on: a change is not to be cut in half because its client's line was.
                logger.debug("an HTTP/2 connection ended", metadata: ["error": "\(error)"])
            }
            value.channel.close(promise: nil)
        }
    }

    /// NIO's limits on resets, pings and errors (200 in 30 s each) stay: they are what stands between a flood and us.
    private static func protocolConfiguration(
        _ limits: ListenerLimits
    ) -> NIOHTTP2Handler.Configuration {
        var configuration = NIOHTTP2Handler.Configuration()
        let window = 1 << 20
        configuration.connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: 100),
            HTTP2Setting(parameter: .maxHeaderListSize, value: limits.maximumHeaderSize),
            HTTP2Setting(parameter: .initialWindowSize, value: window),
        ]
        configuration.stream.targetWindowSize = window
        // What one connection can make us hold, however many streams it opens.
        configuration.connection.targetWindowSize = 4 * window
        configuration.stream.outboundBufferSizeHighWatermark = 256 << 10
        configuration.stream.outboundBufferSizeLowWatermark = 64 << 10
        return configuration
    }
}

/// The last handler: without it an error of the connection ends silently and the connection stays.
private final class BrokenConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Of one stream, and that is reset already: clients end an upload so that was refused before its end.
        if error is NIOHTTP2Errors.ContentLengthViolated { return }
        logger.debug("an HTTP/2 connection broke", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }
}
