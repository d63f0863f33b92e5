import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing
import Transport

/// The ways on which an agent gets to its platform.
@Suite struct TunnelWayTests {
    @Test func `a tunnel goes over TLS`() async throws {
        let tls = try TestCertificates.shared.serverContext()
        try await withTunnel(tls: tls) { exchange in
            try await exchange.respond(String(exchange.head.uri))
        } _: { world in
            let text = try await world.get("/tls").text()
            #expect(text == "/base/tls")
        }
    }

    /// A proxy that lets those through who know its password, all to this machine.
    private func withProxy<Result: Sendable>(
        _ body: @Sendable (ScriptedHTTPServer) async throws -> Result
    ) async throws -> Result {
        try await withRawServer { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            guard let first = try await iterator.next().map({ String(buffer: $0) }) else { return }
            let secret = Data("plant:secret".utf8).base64EncodedString()
            guard first.contains("Proxy-Authorization: Basic \(secret)\r\n") else {
                let refusal = first.contains("Proxy-Authorization") ? "401 Not you" : "407 Who are you"
                return try await outbound.write(
                    ByteBuffer(string: "HTTP/1.1 \(refusal)\r\nContent-Length: 0\r\n\r\n"))
            }
            let port = try #require(first.split(separator: " ")[1].split(separator: ":").last.flatMap { Int($0) })
            let peer = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n"))
            let back = outbound
            try await peer.executeThenClose { fromPeer, toPeer in
                let copying = Task { for try await bytes in fromPeer { try await back.write(bytes) } }
                while let bytes = try await iterator.next() { try await toPeer.write(bytes) }
                copying.cancel()
            }
        } _: { proxy in
            try await body(proxy)
        }
    }

    private func dial(_ credentials: String?, through proxy: Int, _ body: (TunnelServer) async throws -> Void)
        async throws
    {
        try await withTransportClient { client in
            try await withTunnelListener { listener in
                let platform = RemoteEndpoint(
                    address: .tcp(host: "127.0.0.1", port: listener.port), usesTLS: false,
                    proxy: RemoteEndpoint.Proxy(host: "127.0.0.1", port: proxy, credentials: credentials))
                let dialer = TunnelDialer(
                    platform: platform, client: client)
                let server = try await dialer.serve(LocalOffers([:], client: client), at: "/tunnel", proof: "x")
                var arrived = listener.tunnels.makeAsyncIterator()
                let tunnel = try #require(await arrived.next())
                let transport = TunnelTransport(agent: "plant", offer: "none") { tunnel }
                let kind = try await transport.refusal()
                #expect(kind == .pathDown)
                try await body(server)
                tunnel.close()
            }
        }
    }

    @Test func `a tunnel goes through a proxy that asks for a password`() async throws {
        try await withProxy { proxy in
            try await dial("plant:secret", through: proxy.port) { _ in }
        }
    }

    @Test func `a proxy that refuses is named`() async throws {
        try await withProxy { proxy in
            let refused = try await transportError { try await dial(nil, through: proxy.port) { _ in } }
            #expect(refused.kind == .pathDown)
            #expect(refused.message == "the proxy 127.0.0.1:\(proxy.port) wants a user name and password")
        }
    }

    @Test func `a proxy that does not take the password is named`() async throws {
        try await withProxy { proxy in
            let refused = try await transportError { try await dial("plant:wrong", through: proxy.port) { _ in } }
            #expect(refused.message == "the proxy 127.0.0.1:\(proxy.port) does not take the user name and password")
        }
    }

    /// Whatever the address of the proxy: its own certificate says nothing of who is behind it.
    @Test func `behind a proxy a certificate has to be for the address that was asked for`() async throws {
        let tls = try TestCertificates.shared.serverContext()
        try await withHTTPServer(tls: tls) { exchange in
            try await exchange.respond("here")
        } _: { server in
            try await withProxy { proxy in
                try await withTransportClient { client in
                    func get(_ host: String) async throws -> String {
                        let endpoint = RemoteEndpoint(
                            address: .tcp(host: host, port: server.port), usesTLS: true,
                            verification: .full(authorities: TestCertificates.shared.authority),
                            proxy: RemoteEndpoint.Proxy(
                                host: "127.0.0.1", port: proxy.port, credentials: "plant:secret"))
                        return try await DirectTransport(endpoint: endpoint, client: client).send(
                            RemoteRequest(target: "/", timeout: .seconds(30))
                        ).text()
                    }
                    #expect(try await get("127.0.0.1") == "here")
                    #expect(try await get("localhost") == "here")
                    let error = try await transportError { _ = try await get("10.9.9.9") }
                    #expect(error.kind == .tlsFailed)
                    #expect(error.message == "the certificate of 10.9.9.9:\(server.port) is for another name")
                }
            }
        }
    }

    @Test func `a thousand agents of one platform are all reached`() async throws {
        try await withHTTPServer { exchange in
            try await exchange.respond("here")
        } _: { service in
            try await withTransportClient { client in
                try await withTunnelListener { listener in
                    let offers = try LocalOffers(
                        ["s": RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: service.port), usesTLS: false)],
                        client: client)
                    let dialer = TunnelDialer(
                        platform: RemoteEndpoint(
                            address: .tcp(host: "127.0.0.1", port: listener.port), usesTLS: false),
                        client: client)
                    let servers = try await dialAll(1000, dialer, offers)
                    var tunnels: [TunnelClient] = []
                    var arrived = listener.tunnels.makeAsyncIterator()
                    while tunnels.count < 1000, let tunnel = await arrived.next() { tunnels.append(tunnel) }
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for tunnel in tunnels {
                            group.addTask {
                                let transport = TunnelTransport(agent: "a", offer: "s") { tunnel }
                                let answer = try await transport.send(RemoteRequest(target: "/", timeout: .seconds(60)))
                                let text = try await answer.text()
                                #expect(text == "here")
                            }
                        }
                        try await group.waitForAll()
                    }
                    for tunnel in tunnels { tunnel.close() }
                    for server in servers { try await server.closed.get() }
                }
            }
        }
    }

    private func dialAll(_ count: Int, _ dialer: TunnelDialer, _ offers: LocalOffers) async throws -> [TunnelServer] {
        try await withThrowingTaskGroup(of: TunnelServer.self) { group in
            for _ in 0..<count {
                group.addTask { try await dialer.serve(offers, at: "/", proof: "x", timeout: .seconds(60)) }
            }
            var servers: [TunnelServer] = []
            for try await server in group { servers.append(server) }
            return servers
        }
    }
}
