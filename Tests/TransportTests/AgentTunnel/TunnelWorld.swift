import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestSupport
import Testing

@testable import Transport

/// A service, an agent beside it and a platform that the agent has dialled.
struct TunnelWorld: Sendable {
    let tunnel: TunnelClient
    let server: TunnelServer
    let service: ScriptedHTTPServer
    let client: DirectTransportClient
    let offers: LocalOffers

    /// Offers to ask by themselves, and, when they are warm, over kept streams.
    static let ways = ["service", "whole"]

    /// Asks until a stream is kept and free, where the offer may have one.
    func warm(_ offer: String = "whole") async throws {
        guard offer != "service" else { return }
        while tunnel.keptStreams == 0 { try await askOften(offer) }
    }

    /// So many requests at once that it counts as often on a machine that is busy as well.
    func askOften(_ offer: String = "whole") async throws {
        let transport = transport(offer)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<KeptStreams.often {
                group.addTask {
                    _ = try await transport.send(RemoteRequest(target: "/warm", timeout: .seconds(30))).text()
                }
            }
            try await group.waitForAll()
        }
    }

    func transport(_ offer: String = "service") -> TunnelTransport {
        TunnelTransport(agent: "plant", offer: offer) { [tunnel] in tunnel }
    }

    func get(_ target: String = "/", timeout: Duration = .seconds(30)) async throws -> RemoteResponse {
        try await transport().send(RemoteRequest(target: target, timeout: timeout))
    }
}

/// Answers the first thing that comes with 101 and makes the connection a tunnel.
private final class TunnelAcceptor: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let keepalive: TunnelProtocol.Keepalive
    let answer: String
    let accepted: @Sendable (TunnelClient) -> Void

    init(
        _ keepalive: TunnelProtocol.Keepalive, answer: String, accepted: @escaping @Sendable (TunnelClient) -> Void
    ) {
        self.keepalive = keepalive
        self.answer = answer
        self.accepted = accepted
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        guard answer.contains(" 101 ") else { return context.close(promise: nil) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
        do { accepted(try TunnelClient(on: context.channel, keepalive: keepalive)) } catch {
            Issue.record(error)
        }
    }
}

/// A platform that takes tunnels, for the time of the test.
struct TunnelListener: Sendable {
    static let agreement =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: edgewright-tunnel/1\r\n\r\n"

    let port: Int
    let tunnels: AsyncStream<TunnelClient>
}

func withTunnelListener<Result: Sendable>(
    keepalive: TunnelProtocol.Keepalive = .platform, tls: NIOSSLContext? = nil,
    answer: String = TunnelListener.agreement, _ body: (TunnelListener) async throws -> Result
) async throws -> Result {
    let (tunnels, arrived) = AsyncStream.makeStream(of: TunnelClient.self)
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        // A thousand come at once; what waits beyond it may be turned away by the system.
        .serverChannelOption(.backlog, value: 1024)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                try channel.pipeline.syncOperations.addHandler(
                    TunnelAcceptor(keepalive, answer: answer) { arrived.yield($0) })
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(listener.localAddress?.port)
    do {
        let result = try await body(TunnelListener(port: port, tunnels: tunnels))
        try await listener.close()
        return result
    } catch {
        try await listener.close()
        throw error
    }
}

func withTunnel<Result: Sendable>(
    keepalive: TunnelProtocol.Keepalive = .platform, tls: NIOSSLContext? = nil,
    _ answer: @Sendable @escaping (ScriptedExchange) async throws -> Void,
    _ body: @Sendable (TunnelWorld) async throws -> Result
) async throws -> Result {
    try await withHTTPServer(answer) { service in
        try await tunnelled(to: service, keepalive: keepalive, tls: tls, body)
    }
}

func tunnelled<Result: Sendable>(
    to service: ScriptedHTTPServer, usesTLS: Bool = false, keepalive: TunnelProtocol.Keepalive = .platform,
    tls: NIOSSLContext? = nil,
    _ body: @Sendable (TunnelWorld) async throws -> Result
) async throws -> Result {
    try await withTransportClient { client in
        try await withTunnelListener(keepalive: keepalive, tls: tls) { listener in
            let whole = RemoteEndpoint(
                address: .tcp(host: "127.0.0.1", port: service.port), usesTLS: usesTLS, verification: .none)
            let offers = try LocalOffers(
                [
                    "service": RemoteEndpoint(
                        address: .tcp(host: "127.0.0.1", port: service.port), usesTLS: false, basePath: "/base"),
                    "whole": whole, "second": whole, "third": whole,
                    "distrusted": RemoteEndpoint(
                        address: .tcp(host: "127.0.0.1", port: service.port), usesTLS: usesTLS),
                    "nothing": RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: 1), usesTLS: false),
                ], client: client)
            let dialer = TunnelDialer(
                platform: RemoteEndpoint(
                    address: .tcp(host: "127.0.0.1", port: listener.port), usesTLS: tls != nil, verification: .none),
                client: client)
            let server = try await dialer.serve(offers, at: "/api/v1/agent/tunnel", proof: "proof")
            var arrived = listener.tunnels.makeAsyncIterator()
            let tunnel = try #require(await arrived.next())
            let result = try await body(
                TunnelWorld(tunnel: tunnel, server: server, service: service, client: client, offers: offers))
            tunnel.close()
            try await server.closed.get()
            return result
        }
    }
}
