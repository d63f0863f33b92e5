import HTTPTypes
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Transport

@Suite struct DirectFailureTests {
    @Test func `a peer that does not answer is given up after the request's time`() async throws {
        try await withPeer {
            try await $0.waitForClose()
        } _: { world in
            let start = ContinuousClock.now
            let error = try await transportError { _ = try await world.get(timeout: .seconds(3)) }
            #expect(error.kind == .timedOut)
            #expect(error.message == "no answer from 127.0.0.1:\(world.server.port) within 3 s")
            #expect((.milliseconds(2900)...(.seconds(20))).contains(ContinuousClock.now - start))
            try await eventually("the connection is closed") { world.server.openConnections == 0 }
        }
    }

    @Test func `a body that falls silent ends the wait, one that is merely slow does not`() async throws {
        try await withPeer { exchange in
            try await exchange.start(.ok, ["Transfer-Encoding": "chunked"])
            try await exchange.write("x")
            guard exchange.head.uri == "/slow" else { return try await exchange.waitForClose() }
            // Longer than the limit in all, though never so long at once.
            for _ in 0..<60 {
                try await Task.sleep(for: .milliseconds(100))
                try await exchange.write("x")
            }
            try await exchange.finish()
        } _: { world in
            func read(_ target: String, _ limit: Duration) async throws -> String {
                try await world.transport.send(RemoteRequest(target: target, timeout: .seconds(30), idleTimeout: limit))
                    .text()
            }
            #expect(try await read("/slow", .seconds(5)).count == 61)
            let error = try await transportError { _ = try await read("/silent", .milliseconds(400)) }
            #expect(error.kind == .timedOut)
            #expect(error.message == "127.0.0.1:\(world.server.port) has sent nothing for 400 ms")
            try await eventually("the silent connection is closed") { world.server.openConnections <= 1 }
        }
    }

    @Test func `a slow reader is not a silent peer`() async throws {
        try await withPeer {
            try await $0.respond(body: ByteBuffer(repeating: 1, count: 4_000_000))
        } _: { world in
            let answer = try await world.transport.send(
                RemoteRequest(target: "/", timeout: .seconds(30), idleTimeout: .seconds(2)))
            var count = 0
            for try await chunk in answer.body {
                if count == 0 { try await Task.sleep(for: .seconds(3)) }
                count += chunk.readableBytes
            }
            #expect(count == 4_000_000)
        }
    }

    @Test func `nobody listening, no such socket and no such name are told apart from one another`() async throws {
        try await withTransportClient { client in
            func failure(_ address: RemoteEndpoint.Address) async throws -> TransportError {
                let transport = try DirectTransport(
                    endpoint: RemoteEndpoint(address: address, usesTLS: false), client: client)
                return try await transportError {
                    _ = try await transport.send(RemoteRequest(target: "/", timeout: .seconds(30)))
                }
            }
            let port = try await withPeer {
                try await $0.respond("")
            } _: {
                $0.server.port
            }
            let refused = try await failure(.tcp(host: "127.0.0.1", port: port))
            #expect(refused.kind == .connectionRefused)
            #expect(refused.message == "connection refused by 127.0.0.1:\(port)")
            let named = try await failure(.tcp(host: "localhost", port: port))
            #expect(named.kind == .connectionRefused)
            #expect(named.message == "connection refused by localhost:\(port)")
            let socket = try await failure(.unixSocket(path: "/tmp/nobody.sock"))
            #expect(socket.kind == .connectionRefused)
            #expect(socket.message == "/tmp/nobody.sock is not there: no such file")
            let unknown = try await failure(.tcp(host: "no-such-host.invalid", port: 80))
            #expect(unknown.kind == .unknownHost)
            #expect(unknown.message.contains("no-such-host.invalid"))
        }
    }

    @Test func `cancelling the task ends the exchange, in the head and in the body`() async throws {
        let (requests, request) = AsyncStream.makeStream(of: Void.self)
        try await withPeer { exchange in
            if exchange.head.uri == "/body" {
                try await exchange.start(.ok, ["Transfer-Encoding": "chunked"])
                try await exchange.write("x")
            }
            request.yield()
            try await exchange.waitForClose()
        } _: { world in
            for (target, idleTimeout) in [("/head", nil), ("/body", nil), ("/body", Duration.seconds(20))] {
                let task = Task {
                    let request = RemoteRequest(target: target, timeout: .seconds(20), idleTimeout: idleTimeout)
                    _ = try await world.transport.send(request).text()
                }
                for await _ in requests { break }
                task.cancel()
                await #expect(throws: CancellationError.self, "\(target)") { try await task.value }
                try await eventually("the connection is closed") { world.server.openConnections == 0 }
            }
        }
    }

    @Test func `a peer that goes away before, or in the middle of, its answer`() async throws {
        let none = try await withRawPeer(saying: "") { world in
            try await transportError { _ = try await world.get() }
        }
        #expect(none.kind == .connectionClosed)
        #expect(none.message.hasSuffix("closed the connection before it had answered"))
        for head in ["Content-Length: 10", "Transfer-Encoding: chunked"] {
            let part = try await withRawPeer(saying: "HTTP/1.1 200 OK\r\n\(head)\r\n\r\n5\r\nab") { world in
                let answer = try await world.get()
                #expect(answer.status == .ok)
                return try await transportError { _ = try await answer.text() }
            }
            #expect(part.kind == .connectionClosed, "\(head)")
            #expect(part.message.hasSuffix("closed the connection before its answer was complete"))
        }
    }

    @Test func `an answer without a length ends with the connection`() async throws {
        let text = try await withRawPeer(saying: "HTTP/1.1 200 OK\r\n\r\nall of it") { world in
            try await world.get().text()
        }
        #expect(text == "all of it")
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2p1\r\n", "\0\0\u{1}\u{2}", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ])
    func `what is not HTTP is an invalid answer`(said: String) async throws {
        try await withRawPeer(saying: said, thenCloses: false) { world in
            let error = try await transportError {
                _ = try await world.get(timeout: .seconds(30)).text()
            }
            #expect(
                error.kind == .invalidResponse, "\(error.kind): \(error.message), \(String(describing: error.cause))")
            try await eventually("the connection is closed") { world.server.openConnections == 0 }
        }
    }

    @Test func `a chunk that is none is an invalid answer`() async throws {
        let said = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
        try await withRawPeer(saying: said, thenCloses: false) { world in
            let error = try await transportError { _ = try await world.get().text() }
            #expect(error.kind == .invalidResponse, "\(error.message)")
        }
    }

    @Test func `a head beyond the limits is an invalid answer`() async throws {
        let huge = "X-Huge: \(String(repeating: "a", count: 100_000))\r\n"
        let many = (0..<300).map { "X-\($0): 1\r\n" }.joined()
        for fields in [huge, many] {
            let said = "HTTP/1.1 200 OK\r\n\(fields)Content-Length: 0\r\n\r\n"
            let error = try await withRawPeer(saying: said, thenCloses: false) { world in
                try await transportError { _ = try await world.get(timeout: .seconds(30)) }
            }
            #expect(error.kind == .invalidResponse, "\(error.message)")
            #expect(error.message.hasSuffix("answer is too large"))
        }
    }

    @Test func `an answer longer than was asked for is cut off, however it is framed`() async throws {
        try await withPeer { exchange in
            try await exchange.start(.ok, ["Transfer-Encoding": "chunked"])
            while true { try await exchange.write(ByteBuffer(repeating: 1, count: 10_000)) }
        } _: { world in
            let answer = try await world.get()
            let error = try await transportError { _ = try await answer.collect(upTo: 1_000_000) }
            #expect(error.kind == .bodyTooLarge)
        }
        try await withPeer {
            try await $0.respond(body: ByteBuffer(repeating: 1, count: 100))
        } _: { world in
            #expect(try await world.get().collect(upTo: 100).readableBytes == 100)
            let answer = try await world.get()
            let error = try await transportError { _ = try await answer.collect(upTo: 99) }
            #expect(error.kind == .bodyTooLarge)
        }
    }

    @Test func `a request's body that breaks off is not the peer's fault`() async throws {
        struct SourceBroke: Error {}
        try await withPeer { exchange in
            _ = try await exchange.wholeBody()
            try await exchange.respond("")
        } _: { world in
            let stream = MadeBytes(chunk: ByteBuffer(repeating: 1, count: 10), count: 3) { made in
                if made == 3 { throw SourceBroke() }
            }
            let error = try await transportError {
                _ = try await world.transport.send(
                    RemoteRequest(method: .post, target: "/", body: .stream(stream, length: 30), timeout: .seconds(30)))
            }
            #expect(error.kind == .invalidRequest)
            #expect(error.cause is SourceBroke)
            try await eventually("the connection is closed") { world.server.openConnections == 0 }
        }
    }

    @Test func `shutting down ends what is under way`() async throws {
        try await withHTTPServer {
            try await $0.waitForClose()
        } _: { server in
            let client = DirectTransportClient()
            let transport = try DirectTransport(
                endpoint: RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: server.port), usesTLS: false),
                client: client)
            async let failed = transportError {
                _ = try await transport.send(RemoteRequest(target: "/", timeout: .seconds(20)))
            }
            try await eventually("the request is there") { server.openConnections == 1 }
            await client.shutdown()
            #expect(try await failed.kind == .pathDown)
            #expect(
                try await transportError {
                    _ = try await transport.send(RemoteRequest(target: "/", timeout: .seconds(30)))
                }.kind == .pathDown)
        }
    }
}
