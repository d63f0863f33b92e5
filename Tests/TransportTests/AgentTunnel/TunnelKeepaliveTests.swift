import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing
import Transport

@Suite struct TunnelKeepaliveTests {
    private static let quick = TunnelProtocol.Keepalive(interval: .milliseconds(300), missedPings: 3)
    /// Bears two seconds in which a busy machine does nothing for one of the ends.
    private static let patient = TunnelProtocol.Keepalive(interval: .milliseconds(200), missedPings: 10)

    @Test func `an agent that says nothing any more is given up after three pings`() async throws {
        try await withTunnelListener(keepalive: Self.quick) { listener in
            // It is there, and takes what comes; it just never answers.
            let silent = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: listener.port).get()
            try await silent.writeAndFlush(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
            var arrived = listener.tunnels.makeAsyncIterator()
            let tunnel = try #require(await arrived.next())
            let start = ContinuousClock.now
            try await tunnel.closed.get()
            #expect(ContinuousClock.now - start >= .milliseconds(500))
            try await silent.closeFuture.get()
        }
    }

    @Test func `a platform that says nothing any more is given up by the agent`() async throws {
        let agreement = TunnelListener.agreement
        try await withRawServer { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            _ = try await iterator.next()
            try await outbound.write(ByteBuffer(string: agreement))
            while try await iterator.next() != nil {}
        } _: { platform in
            try await withTransportClient { client in
                let dialer = TunnelDialer(
                    platform: RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: platform.port), usesTLS: false),
                    client: client)
                try await dialer.serve(LocalOffers([:], client: client), at: "/", proof: "x", keepalive: Self.quick)
                    .closed.get()
            }
        }
    }

    @Test func `a quiet tunnel stays, and its latency is known`() async throws {
        try await withTunnel(keepalive: Self.patient) { exchange in
            try await exchange.respond("well")
        } _: { world in
            let loop = MultiThreadedEventLoopGroup.singleton.any()
            // Many times longer than an end that is silent would last.
            try await loop.scheduleTask(in: .seconds(8)) {}.futureResult.get()
            let text = try await world.get().text()
            #expect(text == "well")
            #expect(try #require(world.tunnel.traffic.latency) > .zero)
        }
    }

    @Test func `an agent goes away only when what is under way has ended`() async throws {
        let (asked, isAsked) = AsyncStream.makeStream(of: Void.self)
        let (free, isFree) = AsyncStream.makeStream(of: Void.self)
        try await withTunnel { exchange in
            isAsked.yield()
            for await _ in free.prefix(1) {}
            try await exchange.respond("late")
        } _: { world in
            async let late = world.get().text()
            for await _ in asked.prefix(1) {}
            world.server.goAway()
            // The platform has heard of it once it takes nothing new; until then what it asks for is not offered.
            try await until {
                let refusal = try await transportError {
                    _ = try await world.transport("other").send(RemoteRequest(target: "/", timeout: .seconds(30)))
                }
                return refusal.message == "the connection to the agent is closed"
            }
            isFree.yield()
            #expect(try await late == "late")
            try await world.tunnel.closed.get()
        }
    }
}

extension TunnelKeepaliveTests {
    /// A promise that nobody keeps ends the program in debug builds.
    @Test func `an end on a connection that is gone by then leaves nothing behind`() throws {
        let gone = EmbeddedChannel()
        try gone.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        try gone.close().wait()
        #expect(throws: (any Error).self) { try TunnelClient(on: gone) }
    }

    @Test(arguments: [true, false])
    func `what is under way comes whole when either end says goodbye`(isPlatform: Bool) async throws {
        let chunk = ByteBuffer(repeating: 7, count: 64 << 10)
        try await withTunnel { exchange in
            try await exchange.start(.ok, ["Transfer-Encoding": "chunked"])
            for _ in 0..<100 { try await exchange.write(chunk) }
            try await exchange.finish()
        } _: { world in
            var answers: [RemoteResponse] = []
            for _ in 0..<8 { answers.append(try await world.get()) }
            if isPlatform { world.tunnel.goAway() } else { world.server.goAway() }
            for answer in answers {
                var count = 0
                for try await piece in answer.body { count += piece.readableBytes }
                #expect(count == 100 * 64 << 10)
            }
            try await world.tunnel.closed.get()
        }
    }
}

/// Asks again and again, for what comes about by itself.
private func until(_ holds: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(30)
    while try await !holds() {
        guard ContinuousClock.now < end else { throw WorldError("it did not come about") }
    }
}
