import HTTPTypes
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing
import Transport

@Suite struct DirectSendTests {
    @Test func `a request arrives as it was made, behind the base path, and the answer comes back as it was sent`()
        async throws
    {
        try await withPeer(basePath: "/edge/7") { exchange in
            let fields = exchange.head.headers.map { "\($0.name): \($0.value)" }.sorted().joined(separator: "\n")
            try await exchange.respond(
                .created, ["X-Twice": "1", "x-twice": "2"],
                body: ByteBuffer(string: "\(exchange.head.method) \(exchange.head.uri)\n\(fields)"))
        } _: { world in
            let answer = try await world.transport.send(
                RemoteRequest(
                    method: .put, target: "/a/b?c=d", headerFields: [.userAgent: "test"], timeout: .seconds(30)))
            #expect(answer.status == .created)
            let twice = try #require(HTTPField.Name("X-Twice"))
            #expect(answer.headerFields[values: twice] == ["1", "2"])
            #expect(
                try await answer.text() == """
                    PUT /edge/7/a/b?c=d
                    Content-Length: 0
                    Host: 127.0.0.1:\(world.server.port)
                    User-Agent: test
                    """)
        }
    }

    @Test(arguments: [
        "/", "/?", "/?a", "/a//b/", "/a/../b/./c", "/%7e%2F%2f%20?x=%5B1%5D&y=a+b&z=%e2%82%ac", "/a;b=c,d/(e)'!*$&@:",
        "/?q=http://other/path?x&y=/../", "/a:b", "//double", "/caf%e9", "/%ff?x=%80", "/a%zz%", "/?[a]=1|2^{}\"",
    ])
    func `a percent-encoded target goes on the wire unchanged`(target: String) async throws {
        try await withPeer {
            try await $0.respond($0.head.uri)
        } _: { world in
            let arrived = try await world.get(target).text()
            #expect(arrived == target)
        }
    }

    @Test(arguments: ["", "a", "http://other/", "/a b", "/a\r\nX: y", "/a#b", "/ä"])
    func `a target that would not arrive as it stands is refused`(target: String) async throws {
        try await withPeer {
            try await $0.respond("")
        } _: { world in
            let sent = try await transportError { _ = try await world.get(target) }
            #expect(sent.kind == .invalidRequest)
            let upgraded = try await transportError {
                _ = try await world.transport.upgrade(RemoteRequest(target: target, timeout: .seconds(30)))
            }
            #expect(upgraded.kind == .invalidRequest)
            #expect(world.server.connections == 0)
        }
    }

    @Test func `a given Host goes out instead of the endpoint's own`() async throws {
        try await withPeer {
            try await $0.respond($0.head.headers["host"].joined(separator: "|"))
        } _: { world in
            let host = try #require(HTTPField.Name("Host"))
            let answer = try await world.transport.send(
                RemoteRequest(target: "/", headerFields: [host: "inner.example"], timeout: .seconds(30)))
            #expect(try await answer.text() == "inner.example")
        }
    }

    @Test func `a body of bytes, of known length, and in chunks`() async throws {
        try await withPeer { exchange in
            let framing = exchange.head.headers.first(name: "content-length") ?? "chunked"
            let body = try await exchange.wholeBody()
            try await exchange.respond("\(framing) \(body.readableBytes)")
        } _: { world in
            let stream = MadeBytes(chunk: ByteBuffer(repeating: 7, count: 50_000), count: 20)
            for (body, expected) in [
                (RemoteBody.empty, "0 0"), (.bytes(ByteBuffer(string: "hello")), "5 5"),
                (.stream(stream, length: 1_000_000), "1000000 1000000"),
                (.stream(stream, length: nil), "chunked 1000000"),
            ] {
                let answer = try await world.transport.send(
                    RemoteRequest(method: .post, target: "/", body: body, timeout: .seconds(30)))
                #expect(try await answer.text() == expected)
            }
        }
    }

    @Test func `both bodies stream at the same time`() async throws {
        try await withPeer { exchange in
            try await exchange.start(.ok, ["Transfer-Encoding": "chunked"])
            while let chunk = try await exchange.nextChunk() { try await exchange.write(chunk) }
            try await exchange.finish()
        } _: { world in
            let (pieces, more) = AsyncThrowingStream.makeStream(of: ByteBuffer.self)
            more.yield(ByteBuffer(string: "0"))
            let answer = try await world.transport.send(
                RemoteRequest(method: .post, target: "/", body: .stream(pieces, length: nil), timeout: .seconds(30)))
            // Each piece is sent only when the one before has come back.
            var seen = ""
            for try await chunk in answer.body {
                seen += String(buffer: chunk)
                if seen.count < 10 { more.yield(ByteBuffer(string: "\(seen.count)")) } else { more.finish() }
            }
            #expect(seen == "0123456789")
        }
    }

    @Test func `a source is not read faster than the peer takes it`() async throws {
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        try await withPeer { exchange in
            for await _ in released { break }
            try await exchange.respond("\(try await exchange.wholeBody().readableBytes)")
        } _: { world in
            let made = Mutex(0)
            let total = 600
            let stream = MadeBytes(chunk: ByteBuffer(repeating: 1, count: 100_000), count: total) { count in
                made.withLock { $0 = count }
            }
            async let answer = world.transport.send(
                RemoteRequest(method: .post, target: "/", body: .stream(stream, length: nil), timeout: .seconds(300)))
            // The pace has come to a stop when nothing was asked for during a while.
            var before = -1
            while made.withLock({ $0 }) != before || before < 1 {
                before = made.withLock { $0 }
                try await Task.sleep(for: .milliseconds(200))
            }
            #expect(before < total / 2)
            release.finish()
            #expect(try await answer.text() == "\(total * 100_000)")
        }
    }

    @Test func `an answer is not read faster than its reader takes it`() async throws {
        let written = Mutex(0)
        try await withPeer { exchange in
            try await exchange.start(.ok, ["Transfer-Encoding": "chunked"])
            let chunk = ByteBuffer(repeating: 1, count: 100_000)
            for _ in 0..<1000 {
                try await exchange.write(chunk)
                try await exchange.channel.eventLoop.submit {}.get()
                written.withLock { $0 += 1 }
            }
            try await exchange.finish()
        } _: { world in
            let answer = try await world.get()
            var iterator = answer.body.makeAsyncIterator()
            var read = try await iterator.next(isolation: nil)?.readableBytes ?? 0
            var before = -1
            while written.withLock({ $0 }) != before {
                before = written.withLock { $0 }
                try await Task.sleep(for: .milliseconds(200))
            }
            #expect(before < 500)
            while let chunk = try await iterator.next(isolation: nil) { read += chunk.readableBytes }
            #expect(read == 100_000_000)
        }
    }

    @Test func `a thousand requests at once all get their own answer`() async throws {
        try await withHTTPServer {
            try await $0.respond($0.head.uri)
        } _: { server in
            // Both ends are in this process, and Foundation's Process, which other tests use, reads beyond its memory
            // when more than about 1,300 descriptors are open: so they share connections, and have to queue.
            let client = DirectTransportClient(connectTimeout: .seconds(30), connectionsPerPeer: 250)
            let transport = try DirectTransport(
                endpoint: RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: server.port), usesTLS: false),
                client: client)
            let right = try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<1000 {
                    group.addTask {
                        let request = RemoteRequest(target: "/\(index)", timeout: .seconds(30))
                        return try await transport.send(request).text() == "/\(index)"
                    }
                }
                var right = 0
                for try await isRight in group where isRight { right += 1 }
                return right
            }
            #expect(right == 1000)
            #expect(server.connections <= 250)
            await client.shutdown()
        }
    }

    @Test func `a connection is used again`() async throws {
        try await withPeer {
            try await $0.respond("")
        } _: { world in
            for _ in 0..<20 { _ = try await world.get().text() }
            #expect(world.server.connections == 1)
        }
    }

    @Test func `a connection that nobody used for its lifetime is closed`() async throws {
        try await withHTTPServer {
            try await $0.respond("")
        } _: { server in
            let client = DirectTransportClient(idleConnectionLifetime: .milliseconds(200))
            let transport = try DirectTransport(
                endpoint: RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: server.port), usesTLS: false),
                client: client)
            _ = try await transport.send(RemoteRequest(target: "/", timeout: .seconds(30))).text()
            try await eventually("the idle connection is closed") { server.openConnections == 0 }
            await client.shutdown()
        }
    }

    @Test func `redirects are not followed and content is not decoded`() async throws {
        let packed = ByteBuffer(bytes: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        try await withPeer { exchange in
            guard exchange.head.uri == "/moved" else {
                return try await exchange.respond(.ok, ["Content-Encoding": "gzip"], body: packed)
            }
            try await exchange.respond(.found, ["Location": "/elsewhere"])
        } _: { world in
            let moved = try await world.get("/moved")
            #expect(moved.status == .found)
            #expect(moved.headerFields[.location] == "/elsewhere")
            let encoded = try await world.get("/packed")
            #expect(encoded.headerFields[.contentEncoding] == "gzip")
            #expect(try await encoded.collect(upTo: 100) == packed)
        }
    }

    @Test func `a HEAD answer has the length of a body that does not come`() async throws {
        try await withPeer { exchange in
            try await exchange.respond(.ok, ["Content-Length": "12345"])
        } _: { world in
            let answer = try await world.transport.send(
                RemoteRequest(method: .head, target: "/", timeout: .seconds(30)))
            #expect(answer.headerFields[.contentLength] == "12345")
            #expect(try await answer.text() == "")
        }
    }

    @Test func `a Unix socket is a peer like any other`() async throws {
        let path = "/tmp/edgewright test \(UInt32.random(in: 0 ... .max)).sock"
        try await withHTTPServer(at: .unixSocket(path: path)) { exchange in
            try await exchange.respond("\(exchange.head.uri) \(exchange.head.headers.first(name: "host") ?? "")")
        } _: { _ in
            try await withTransportClient { client in
                let endpoint = RemoteEndpoint(address: .unixSocket(path: path), usesTLS: false, basePath: "/v1")
                let transport = try DirectTransport(endpoint: endpoint, client: client)
                #expect(
                    try await transport.send(RemoteRequest(target: "/info?x=1", timeout: .seconds(30))).text()
                        == "/v1/info?x=1 localhost")
            }
        }
    }

    @Test func `an answer that nobody reads does not keep its connection`() async throws {
        try await withPeer { exchange in
            try await exchange.start(.ok, ["Transfer-Encoding": "chunked"])
            while true { try await exchange.write(ByteBuffer(repeating: 1, count: 100_000)) }
        } _: { world in
            for _ in 0..<20 { #expect(try await world.get().status == .ok) }
            try await eventually("all twenty are closed") { world.server.openConnections == 0 }
        }
    }
}
