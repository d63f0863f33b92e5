import HTTPTypes
import NIOCore
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Server

@Suite struct ListenerUpgradeTests {
    private let ask = "GET /denied HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: "

    @Test func `an accepted upgrade gets the connection raw, with the bytes that came along`() async throws {
        let seen = Mutex<UpgradeRequest?>(nil)
        let upgrades = ScriptedUpgrades { request in
            seen.withLock { $0 = request }
            return try await ScriptedUpgrades.echo.decide(request)
        }
        try await withListener(upgrades: upgrades) { listener in
            try await listener.converse { [ask] client in
                try await client.say(ask + "Echo\r\n\r\nearly")
                let head = try await client.hear(until: "\r\n\r\n")
                #expect(head.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
                #expect(head.contains("Upgrade: echo\r\n"))
                _ = try await client.hear(until: "early")
                // Even what looks like HTTP.
                try await client.say("GET / HTTP/1.1\r\n\r\n")
                let echoed = try await client.hear(until: "\r\n\r\n")
                #expect(echoed == "GET / HTTP/1.1\r\n\r\n")
                client.outbound.finish()
                let rest = try await client.hearAll()
                #expect(rest == "")
            }
        }
        let request = try #require(seen.withLock { $0 })
        #expect(request.head.path == "/denied")
        #expect(request.head.authority == "x")
        #expect(request.remoteAddress?.ipAddress == "127.0.0.1")
        #expect(!request.isSecure)
    }

    @Test func `a connection that is taken over is no task's any more, and gets the bytes that came along`()
        async throws
    {
        /// Says back what comes, and ends when the server stops.
        final class Echo: ChannelInboundHandler {
            typealias InboundIn = ByteBuffer
            func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.writeAndFlush(data, promise: nil) }
            func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
                if event is ChannelShouldQuiesceEvent { context.close(promise: nil) }
            }
        }
        let upgrades = ScriptedUpgrades { _ in
            AcceptedUpgrade(protocolName: "echo") { try $0.pipeline.syncOperations.addHandler(Echo()) }
        }
        try await withListener(upgrades: upgrades) { listener in
            try await listener.converse { [ask] client in
                try await client.say(ask + "echo\r\n\r\nearly")
                let head = try await client.hear(until: "\r\n\r\n")
                #expect(head.hasPrefix("HTTP/1.1 101 "))
                _ = try await client.hear(until: "early")
                for _ in 0..<3 {
                    try await client.say("GET / HTTP/1.1\r\n\r\n")
                    let echoed = try await client.hear(until: "\r\n\r\n")
                    #expect(echoed == "GET / HTTP/1.1\r\n\r\n")
                }
            }
        }
    }

    @Test func `a tunnel is accepted on the ordinary listener, and ends with it`() async throws {
        let (tunnels, arrived) = AsyncStream.makeStream(of: TunnelClient.self)
        let upgrades = ScriptedUpgrades { request in
            guard request.protocols == [TunnelProtocol.upgradeToken] else { return nil }
            return AcceptedUpgrade(protocolName: TunnelProtocol.upgradeToken) {
                arrived.yield(try TunnelClient(on: $0))
            }
        }
        let closed = try await withTransportClient { client in
            try await withListener(upgrades: upgrades) { listener in
                let offers = try LocalOffers(
                    ["self": RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: listener.port), usesTLS: false)],
                    client: client)
                let dialer = TunnelDialer(
                    platform: RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: listener.port), usesTLS: false),
                    client: client)
                let server = try await dialer.serve(offers, at: "/agent/tunnel", proof: "x")
                var iterator = tunnels.makeAsyncIterator()
                let tunnel = try #require(await iterator.next())
                let transport = TunnelTransport(agent: "plant", offer: "self") { tunnel }
                let answer = try await transport.send(RemoteRequest(target: "/echo", timeout: .seconds(30)))
                #expect(answer.status == .ok)
                return server.closed
            }
        }
        try await closed.get()
    }

    @Test func `a refused upgrade, and one whose decision fails, are answered by the router, as is what follows`()
        async throws
    {
        struct Unreachable: Error {}
        let upgrades = ScriptedUpgrades { request in
            if request.protocols == ["broken"] { throw Unreachable() }
            return nil
        }
        try await withListener(upgrades: upgrades) { listener in
            for token in ["websocket", "broken"] {
                try await listener.converse { [ask] client in
                    // The second one is in the same packet, so it waits behind the decision.
                    try await client.say(ask + "\(token)\r\n\r\nGET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
                    let refused = try await client.hear(until: "\r\n\r\n")
                    #expect(refused.hasPrefix("HTTP/1.1 403 "))
                    _ = try await client.hear(until: "\r\n\r\nGET")
                    try await client.say("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
                    _ = try await client.hear(until: "\r\n\r\nGET")
                }
            }
        }
    }

    @Test func `an upgrade that is asked for later reaches the router and does not stop the connection`() async throws {
        try await withListener { listener in
            try await listener.converse { [ask] client in
                for _ in 0..<3 {
                    try await client.say("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
                    _ = try await client.hear(until: "\r\n\r\nGET")
                    try await client.say(ask + "echo\r\n\r\n")
                    let refused = try await client.hear(until: "\r\n\r\n")
                    #expect(refused.hasPrefix("HTTP/1.1 403 "))
                }
            }
        }
    }

    @Test func `a client that goes away while its upgrade is decided ends the decision`() async throws {
        let (asked, ask) = AsyncStream.makeStream(of: Void.self)
        let (ended, end) = AsyncStream.makeStream(of: Bool.self)
        let upgrades = ScriptedUpgrades { _ in
            ask.yield()
            do {
                try await Task.sleep(for: .seconds(60))
            } catch {
                end.yield(true)
                throw error
            }
            return nil
        }
        try await withListener(upgrades: upgrades) { listener in
            try await listener.converse { [self] client in
                try await client.say(self.ask + "echo\r\n\r\n")
                for await _ in asked { break }
            }
            #expect(await ended.first { _ in true } == true)
        }
    }

    @Test func `what was opened for a client that is gone is abandoned, and not run`() async throws {
        let (asked, ask) = AsyncStream.makeStream(of: Void.self)
        let (outcomes, outcome) = AsyncStream.makeStream(of: String.self)
        let upgrades = ScriptedUpgrades { _ in
            ask.yield()
            // Does not care that its client has gone.
            await withCheckedContinuation { continuation in
                Task.detached {
                    try? await Task.sleep(for: .milliseconds(300))
                    continuation.resume()
                }
            }
            return AcceptedUpgrade(protocolName: "echo") { channel, _ in
                outcome.yield("run")
                try await channel.executeThenClose { _, _ in }
            } abandoned: {
                outcome.yield("abandoned")
            }
        }
        try await withListener(upgrades: upgrades) { listener in
            try await listener.converse { [self] client in
                try await client.say(self.ask + "echo\r\n\r\n")
                for await _ in asked { break }
            }
            #expect(await outcomes.first { _ in true } == "abandoned")
        }
    }

    @Test func `a client can't fill memory while its upgrade is decided`() async throws {
        let (asked, ask) = AsyncStream.makeStream(of: Void.self)
        let (decisions, decision) = AsyncStream.makeStream(of: Void.self)
        let upgrades = ScriptedUpgrades { request in
            ask.yield()
            for await _ in decisions { break }
            return try await ScriptedUpgrades.echo.decide(request)
        }
        try await withListener(upgrades: upgrades) { listener in
            try await listener.converse { [self] client in
                try await client.say(self.ask + "echo\r\n\r\n")
                for await _ in asked { break }
                let sent = Count()
                let (outbound, loop) = (client.outbound, client.channel.eventLoop)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        let chunk = ByteBuffer(repeating: 1, count: 100_000)
                        for _ in 0..<1000 {
                            try await outbound.write(chunk)
                            try await loop.submit {}.get()
                            sent.value.add(1, ordering: .relaxed)
                        }
                    }
                    var before = -1
                    while sent.value.load(ordering: .relaxed) != before || before < 1 {
                        before = sent.value.load(ordering: .relaxed)
                        try await Task.sleep(for: .milliseconds(200))
                    }
                    #expect(before < 500)
                    group.cancelAll()
                    decision.yield()
                }
            }
        }
    }

    @Test func `stopping ends upgraded connections, which have no end of their own`() async throws {
        let (starts, started) = AsyncStream.makeStream(of: ListenerWorld.self)
        let (upgraded, upgrade) = AsyncStream.makeStream(of: Void.self)
        async let rest = starts.first { _ in true }?.converse { [ask] client in
            try await client.say(ask + "echo\r\n\r\n")
            _ = try await client.hear(until: "\r\n\r\n")
            upgrade.yield()
            return try await client.hearAll()
        }
        let start = ContinuousClock.now
        try await withListener { listener in
            started.yield(listener)
            for await _ in upgraded { break }
        }
        #expect(try await rest == "")
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    @Test func `an upgrade over TLS, as the transport asks for it`() async throws {
        try await withTLSIdentity { identity in
            try await withListener(tls: identity) { listener in
                try await withTransportClient { client in
                    let endpoint = RemoteEndpoint(
                        address: .tcp(host: "127.0.0.1", port: listener.port), usesTLS: true, verification: .none)
                    let opened = try await DirectTransport(endpoint: endpoint, client: client).upgrade(
                        RemoteRequest(
                            target: "/", headerFields: [.connection: "Upgrade", .upgrade: "echo"], timeout: .seconds(30)
                        ))
                    let channel = try #require(opened.channel)
                    let echoed = try await channel.executeThenClose { inbound, outbound in
                        try await outbound.write(ByteBuffer(string: "over TLS"))
                        var heard = ""
                        for try await bytes in inbound {
                            heard += String(buffer: bytes)
                            if heard.count >= 8 { break }
                        }
                        return heard
                    }
                    #expect(echoed == "over TLS")
                }
            }
        }
    }
}

private final class Count: Sendable {
    let value = Atomic(0)
}
