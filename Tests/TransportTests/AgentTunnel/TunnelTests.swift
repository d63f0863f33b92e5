import HTTPTypes
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing
import Transport

@Suite struct TunnelTests {
    @Test func `a request reaches the service as if it had been asked directly`() async throws {
        try await withTunnel { exchange in
            let body = try await exchange.wholeBody()
            let fields = exchange.head.headers
            try await exchange.respond(
                .created, ["X-Own": fields["x-asked"].first ?? "", "X-Host": fields["host"].first ?? ""],
                body: ByteBuffer(string: "\(exchange.head.method) \(exchange.head.uri) \(String(buffer: body))"))
        } _: { world in
            let answer = try await world.transport().send(
                RemoteRequest(
                    method: .put, target: "/a%20b?x=1", headerFields: [.init("X-Asked")!: "yes"],
                    body: .bytes(ByteBuffer(string: "hello")), timeout: .seconds(30)))
            #expect(answer.status == .created)
            #expect(answer.headerFields[.init("X-Own")!] == "yes")
            #expect(answer.headerFields[.init("X-Host")!] == "127.0.0.1:\(world.service.port)")
            #expect(try await answer.text() == "PUT /base/a%20b?x=1 hello")
        }
    }

    @Test func `a thousand requests at once get their own answers`() async throws {
        try await withTunnel { exchange in
            try await exchange.respond(exchange.head.uri)
        } _: { world in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<1000 {
                    group.addTask {
                        let text = try await world.get("/\(number)").text()
                        #expect(text == "/base/\(number)")
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: TunnelWorld.ways)
    func `a large body goes up and comes back whole`(offer: String) async throws {
        let chunk = ByteBuffer(repeating: 7, count: 60_000)
        try await withTunnel { exchange in
            try await exchange.start(.ok, ["Transfer-Encoding": "chunked"])
            while let piece = try await exchange.nextChunk() { try await exchange.write(piece) }
            try await exchange.finish()
        } _: { world in
            try await world.warm(offer)
            for length in [nil, 60_000 * 500] as [Int64?] {
                let answer = try await world.transport(offer).send(
                    RemoteRequest(
                        method: .post, target: "/", body: .stream(MadeBytes(chunk: chunk, count: 500), length: length),
                        timeout: .seconds(30)))
                var count = 0
                for try await piece in answer.body { count += piece.readableBytes }
                #expect(count == 60_000 * 500)
            }
        }
    }

    @Test(arguments: TunnelWorld.ways)
    func `a slow reader holds the service back, and nobody else`(offer: String) async throws {
        let chunk = ByteBuffer(repeating: 7, count: 64 << 10)
        try await withTunnel { exchange in
            guard exchange.head.uri.hasSuffix("/long") else { return try await exchange.respond("short") }
            try await exchange.start(.ok, ["Transfer-Encoding": "chunked"])
            for _ in 0..<1000 { try await exchange.write(chunk) }
            try await exchange.finish()
        } _: { world in
            try await world.warm(offer)
            func get(_ target: String) async throws -> RemoteResponse {
                try await world.transport(offer).send(RemoteRequest(target: target, timeout: .seconds(30)))
            }
            let long = try await get("/long")
            for _ in 0..<500 {
                let text = try await get("/short").text()
                #expect(text == "short")
            }
            // One stream's window, what is read ahead, and what the short ones brought.
            #expect(world.tunnel.traffic.bytesReceived < 3 << 20)
            var count = 0
            for try await piece in long.body { count += piece.readableBytes }
            #expect(count == 1000 * 64 << 10)
        }
    }

    @Test func `however many do not read, the others are answered`() async throws {
        let chunk = ByteBuffer(repeating: 7, count: 64 << 10)
        try await withTunnel { exchange in
            guard exchange.head.uri == "/base/long" else { return try await exchange.respond("short") }
            try await exchange.start(.ok, ["Transfer-Encoding": "chunked"])
            for _ in 0..<100 { try await exchange.write(chunk) }
            try await exchange.finish()
        } _: { world in
            var long: [RemoteResponse] = []
            for _ in 0..<100 { long.append(try await world.get("/long")) }
            for _ in 0..<100 {
                let text = try await world.get("/short").text()
                #expect(text == "short")
            }
            // A window for each.
            #expect(world.tunnel.traffic.bytesReceived < 100 * 160 << 10)
            for answer in long {
                var count = 0
                for try await piece in answer.body { count += piece.readableBytes }
                #expect(count == 100 * 64 << 10)
            }
        }
    }

    @Test func `what is not offered is not reached, and what does not answer is told in the usual words`() async throws
    {
        try await withTunnel { exchange in
            try await exchange.waitForClose()
        } _: { world in
            let request = RemoteRequest(target: "/", timeout: .seconds(30))
            let foreign = try await transportError { _ = try await world.transport("other").send(request) }
            #expect(foreign.kind == .pathDown)
            #expect(foreign.message == "the agent does not offer “other”")
            let refused = try await transportError { _ = try await world.transport("nothing").send(request) }
            #expect(refused.kind == .connectionRefused)
            #expect(refused.message == "connection refused by 127.0.0.1:1")
            let silent = try await transportError { _ = try await world.get(timeout: .milliseconds(300)) }
            #expect(silent.kind == .timedOut)
        }
    }

    @Test func `giving up ends the request at the service, and the tunnel goes on`() async throws {
        let (gone, isGone) = AsyncStream.makeStream(of: Void.self)
        let (asked, isAsked) = AsyncStream.makeStream(of: Void.self)
        try await withTunnel { exchange in
            guard exchange.head.uri == "/base/hang" else { return try await exchange.respond("well") }
            isAsked.yield()
            do { try await exchange.waitForClose() } catch {}
            isGone.yield()
        } _: { world in
            let task = Task { try await world.get("/hang") }
            for await _ in asked.prefix(1) {}
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            for await _ in gone.prefix(1) {}
            let text = try await world.get().text()
            #expect(text == "well")
        }
    }

    @Test func `a body that nobody reads ends the request at the service`() async throws {
        let (gone, isGone) = AsyncStream.makeStream(of: Void.self)
        try await withTunnel { exchange in
            try await exchange.start(.ok, ["Transfer-Encoding": "chunked"])
            try await exchange.write("begin")
            do { try await exchange.waitForClose() } catch {}
            isGone.yield()
        } _: { world in
            _ = try await world.get()
            for await _ in gone.prefix(1) {}
        }
    }

    @Test func `an answer that breaks off is not taken for a whole one`() async throws {
        try await withTunnel { exchange in
            try await exchange.start(.ok, ["Content-Length": "100"])
            try await exchange.write("half")
            try await exchange.channel.close()
        } _: { world in
            let error = try await transportError { _ = try await world.get().text() }
            #expect(error.kind == .connectionClosed)
        }
    }

    @Test func `an answer before the end of the request ends the upload`() async throws {
        try await withTunnel { exchange in
            try await exchange.respond(.payloadTooLarge, [:], body: ByteBuffer(string: "too much"))
        } _: { world in
            let source = MadeBytes(chunk: ByteBuffer(repeating: 1, count: 1 << 20), count: 100_000)
            let answer = try await world.transport().send(
                RemoteRequest(
                    method: .post, target: "/", body: .stream(source, length: nil), timeout: .seconds(30)))
            #expect(answer.status == .contentTooLarge)
            let text = try await answer.text()
            #expect(text == "too much")
            let after = try await world.get().status
            #expect(after == .contentTooLarge)
        }
    }

    @Test func `when the connection is lost, whoever waits is told that the path failed`() async throws {
        let (asked, isAsked) = AsyncStream.makeStream(of: Void.self)
        try await withTunnel { exchange in
            if exchange.head.uri == "/base/body" {
                try await exchange.start(.ok, ["Transfer-Encoding": "chunked"])
                try await exchange.write("begin")
            }
            isAsked.yield()
            try await exchange.waitForClose()
        } _: { world in
            async let head = transportError { _ = try await world.get("/head") }
            let begun = try await world.get("/body")
            for await _ in asked.prefix(2) {}
            world.server.close()
            let lost = try await head
            #expect(lost.kind == .pathDown)
            #expect(try await transportError { _ = try await begun.text() }.kind == .connectionClosed)
            #expect(try await world.transport().refusal() == .pathDown)
        }
    }

    @Test func `raw bytes go both ways after an upgrade, and each direction ends for itself`() async throws {
        try await withRawServer { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            guard let request = try await iterator.next() else { return }
            try await outbound.write(
                ByteBuffer(string: "HTTP/1.1 101 Sure\r\nConnection: upgrade\r\nUpgrade: echo\r\nX-Own: 1\r\n\r\n"))
            try await outbound.write(ByteBuffer(string: String(buffer: request).prefix { $0 != "\r\n" } + "|"))
            var all = ""
            while let bytes = try await iterator.next() { all += String(buffer: bytes) }
            // Its direction is over; this one is not.
            try await outbound.write(ByteBuffer(string: all))
            outbound.finish()
        } _: { service in
            try await tunnelled(to: service) { world in
                let opened = try await world.transport().upgrade(.echo())
                #expect(opened.response.status == .switchingProtocols)
                #expect(opened.response.headerFields[.upgrade] == "echo")
                #expect(opened.response.headerFields[.init("X-Own")!] == "1")
                let said = try await #require(opened.channel).executeThenClose { inbound, outbound in
                    try await outbound.write(ByteBuffer(string: "and "))
                    try await outbound.write(ByteBuffer(string: "more"))
                    try await outbound.finish()
                    return try await ArrivedBytes(inbound).text()
                }
                #expect(said == "GET /base/echo?x=1 HTTP/1.1|and more")
            }
        }
    }

    @Test func `a refused upgrade is the service's answer`() async throws {
        try await withTunnel { exchange in
            try await exchange.respond(.forbidden)
        } _: { world in
            let refused = try await world.transport().upgrade(.echo())
            #expect(refused.response.status == .forbidden)
            #expect(refused.channel == nil)
        }
    }

    @Test func `the platform is told no in the dialer's words`() async throws {
        let refusal =
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 17\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy"
        try await withTransportClient { client in
            try await withTunnelListener(answer: refusal) { listener in
                let dialer = TunnelDialer(
                    platform: RemoteEndpoint(
                        address: .tcp(host: "127.0.0.1", port: listener.port), usesTLS: false),
                    client: client)
                do {
                    _ = try await dialer.serve(LocalOffers([:], client: client), at: "/tunnel", proof: "x")
                    Issue.record("it was not refused")
                } catch let error as DialRefusal {
                    #expect(error.status == 503)
                    #expect(error.retryAfter == .seconds(17))
                    #expect(String(buffer: error.body) == "busy")
                }
            }
        }
    }
}

extension TunnelTransport {
    func refusal() async throws -> TransportError.Kind? {
        try await transportError { _ = try await send(RemoteRequest(target: "/", timeout: .seconds(30))) }.kind
    }
}
