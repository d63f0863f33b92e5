import HTTPTypes
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Transport

extension RemoteRequest {
    static func echo(timeout: Duration = .seconds(30)) -> RemoteRequest {
        RemoteRequest(
            target: "/echo?x=1", headerFields: [.connection: "Upgrade", .upgrade: "echo"], timeout: timeout)
    }
}

/// What arrives on a connection that has left HTTP.
struct ArrivedBytes {
    private let source: AnyByteStream

    init(_ source: AnyByteStream) { self.source = source }

    /// So many bytes, or what came until the end.
    func text(length: Int = .max) async throws -> String {
        var whole = ByteBuffer()
        for try await bytes in source {
            whole.writeImmutableBuffer(bytes)
            if whole.readableBytes >= length { break }
        }
        return String(buffer: whole)
    }
}

extension NIOAsyncChannelInboundStream<ByteBuffer> {
    func text(length: Int = .max) async throws -> String { try await ArrivedBytes(self).text(length: length) }
}

@Suite struct UpgradeTests {
    @Test func `an upgrade the peer agrees to gives its raw bytes, from the first on`() async throws {
        try await withRawServer { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            guard let request = try await iterator.next() else { return }
            // Behind the head, in the same packet.
            try await outbound.write(
                ByteBuffer(
                    string:
                        "HTTP/1.1 101 Sure\r\nConnection: upgrade\r\nUpgrade: echo\r\nX-Own: 1\r\n\r\n\(String(buffer: request))|"
                ))
            while let bytes = try await iterator.next() { try await outbound.write(bytes) }
            outbound.finish()
        } _: { server in
            try await connected(to: server, "/base") { world in
                let opened = try await world.transport.upgrade(.echo())
                #expect(opened.response.status == .switchingProtocols)
                #expect(opened.response.headerFields[.upgrade] == "echo")
                let channel = try #require(opened.channel)
                let said = try await channel.executeThenClose { inbound, outbound in
                    try await outbound.write(ByteBuffer(string: "and more"))
                    try await outbound.finish()
                    return try await ArrivedBytes(inbound).text()
                }
                let request =
                    "GET /base/echo?x=1 HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: echo\r\n"
                    + "Host: 127.0.0.1:\(server.port)\r\n\r\n"
                #expect(said == request + "|and more")
            }
        }
    }

    @Test func `bytes that come along with the agreement are there at once`() async throws {
        try await withRawServer { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            _ = try await iterator.next()
            try await outbound.write(
                ByteBuffer(
                    string: "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhello"))
            // Says no more until the client goes.
            while try await iterator.next() != nil {}
        } _: { server in
            try await connected(to: server) { world in
                let opened = try await world.transport.upgrade(
                    RemoteRequest(
                        target: "/", headerFields: [.connection: "Upgrade", .upgrade: "x"], timeout: .seconds(30)))
                let channel = try #require(opened.channel)
                let first = try await channel.executeThenClose { inbound, _ in
                    for try await bytes in inbound { return String(buffer: bytes) }
                    return ""
                }
                #expect(first == "hello")
            }
        }
    }

    @Test func `a refusal is the peer's answer, and its connection is closed`() async throws {
        try await withPeer { exchange in
            try await exchange.respond(.forbidden, ["X-Why": "no"], body: ByteBuffer(string: "go away"))
        } _: { world in
            let refused = try await world.transport.upgrade(.echo())
            #expect(refused.response.status == .forbidden)
            #expect(refused.channel == nil)
            try await eventually("the connection is closed") { world.server.openConnections == 0 }
        }
    }

    @Test func `a peer that does not decide is given up after the request's time`() async throws {
        try await withPeer {
            try await $0.waitForClose()
        } _: { world in
            let error = try await transportError {
                _ = try await world.transport.upgrade(.echo(timeout: .milliseconds(300)))
            }
            #expect(error.kind == .timedOut)
            #expect(error.message == "no answer from 127.0.0.1:\(world.server.port) within 300 ms")
            try await eventually("the connection is closed") { world.server.openConnections == 0 }
        }
    }

    @Test func `cancelling ends the wait and the connection`() async throws {
        try await withPeer {
            try await $0.waitForClose()
        } _: { world in
            let task = Task { try await world.transport.upgrade(.echo(timeout: .seconds(20))) }
            try await eventually("the request is there") { world.server.connections == 1 }
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            try await eventually("the connection is closed") { world.server.openConnections == 0 }
        }
    }

    @Test func `cancelling while the peer agrees leaves no connection behind and nothing in ruins`() async throws {
        try await withRawServer { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            _ = try await iterator.next()
            try await outbound.write(
                ByteBuffer(string: "HTTP/1.1 101 Sure\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"))
            while try await iterator.next() != nil {}
        } _: { server in
            try await connected(to: server) { world in
                for step in 0..<200 {
                    let task = Task { try await world.transport.upgrade(.echo()) }
                    // Another moment each time, from before the connection to after the answer.
                    try await Task.sleep(for: .microseconds(step * 10))
                    task.cancel()
                    if case .success(let opened) = await task.result { await opened.close() }
                }
                try await eventually("all are closed") { world.server.openConnections == 0 }
            }
        }
    }

    @Test func `an upgraded connection that is dropped unused ends nothing but itself`() async throws {
        try await withRawServer { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            _ = try await iterator.next()
            try await outbound.write(
                ByteBuffer(string: "HTTP/1.1 101 Sure\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"))
            _ = try await iterator.next()
        } _: { server in
            try await connected(to: server) { world in
                _ = try await world.transport.upgrade(.echo())
                let kept = try await world.transport.upgrade(.echo())
                await kept.close()
                try await eventually("the closed one is gone") { world.server.openConnections == 1 }
            }
        }
    }

    @Test func `garbage, a huge head and silence from a closed connection are errors of their kinds`() async throws {
        for (said, kind) in [
            ("SSH-2.0-x\r\n", TransportError.Kind.invalidResponse), ("", .connectionClosed),
            ("HTTP/1.1 101 Sure\r\n\r\n", .invalidResponse),
            ("HTTP/1.1 101 Sure\r\nX: \(String(repeating: "x", count: 70_000))\r\n\r\n", .invalidResponse),
        ] {
            let error = try await withRawPeer(saying: said) { world in
                try await transportError { _ = try await world.transport.upgrade(.echo()) }
            }
            #expect(error.kind == kind, "\(said.prefix(20)): \(error.message)")
        }
        let port = try await withPeer {
            try await $0.respond("")
        } _: {
            $0.server.port
        }
        try await withTransportClient { client in
            let endpoint = RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: port), usesTLS: false)
            let transport = try DirectTransport(endpoint: endpoint, client: client)
            let error = try await transportError { _ = try await transport.upgrade(.echo()) }
            #expect(error.kind == .connectionRefused)
            let withBody = RemoteRequest(target: "/", body: .bytes(ByteBuffer(string: "x")), timeout: .seconds(30))
            #expect(try await transportError { _ = try await transport.upgrade(withBody) }.kind == .invalidRequest)
        }
    }
}
