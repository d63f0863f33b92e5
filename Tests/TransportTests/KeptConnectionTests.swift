import HTTPTypes
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing
import Transport

/// What becomes of connections that are kept between requests.
@Suite struct KeptConnectionTests {
    /// Answers the first request of a connection, and closes when it has read the second.
    private func withForgetfulPeer(
        _ body: @Sendable (TransportWorld, _ seen: Counter) async throws -> Void
    ) async throws {
        let seen = Counter()
        try await withRawServer { inbound, outbound in
            var answered = false
            for try await _ in inbound {
                seen.increment()
                if answered { return }
                answered = true
                try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
            }
        } _: { server in
            try await connected(to: server) { try await body($0, seen) }
        }
    }

    @Test func `a request that may be repeated goes out again when the kept connection was dead`() async throws {
        try await withForgetfulPeer { world, seen in
            let answers = [try await world.get().text(), try await world.get().text()]
            #expect(answers == ["ok", "ok"])
            #expect(seen.value == 3)
            #expect(world.server.connections == 2)
        }
    }

    @Test func `a request that may not be repeated is told that the connection was closed`() async throws {
        try await withForgetfulPeer { world, seen in
            let answer = try await world.get().text()
            #expect(answer == "ok")
            let error = try await transportError {
                _ = try await world.transport.send(
                    RemoteRequest(
                        method: .post, target: "/", body: .bytes(ByteBuffer(string: "once")), timeout: .seconds(30)))
            }
            #expect(error.kind == .connectionClosed)
            #expect(seen.value == 2)
        }
    }

    @Test func `a first request is not repeated, whatever it is`() async throws {
        let seen = Counter()
        try await withRawServer { inbound, _ in
            for try await _ in inbound {
                seen.increment()
                return
            }
        } _: { server in
            try await connected(to: server) { world in
                let error = try await transportError { _ = try await world.get() }
                #expect(error.kind == .connectionClosed)
            }
        }
        #expect(seen.value == 1)
    }

    @Test func `an answer before the whole request ends the sending, and the connection`() async throws {
        let made = Counter()
        try await withPeer { exchange in
            _ = try await exchange.nextChunk()
            try await exchange.respond(.payloadTooLarge, [:], body: ByteBuffer(string: "too much"))
            try await exchange.waitForClose()
        } _: { world in
            let endless = MadeBytes(chunk: ByteBuffer(repeating: 1, count: 10), count: .max) { _ in
                made.increment()
                // As a client that sends now and then.
                try await Task.sleep(for: .milliseconds(5))
            }
            let answer = try await world.transport.send(
                RemoteRequest(method: .post, target: "/", body: .stream(endless, length: nil), timeout: .seconds(30)))
            #expect(answer.status == .contentTooLarge)
            #expect(try await answer.text() == "too much")
            // Whoever gave the source has it back.
            let count = made.value
            try await eventually("the connection is closed") { world.server.openConnections == 0 }
            #expect(made.value == count)
        }
    }

    @Test func `bytes that nobody asked for end a kept connection`() async throws {
        try await withRawServer { inbound, outbound in
            for try await _ in inbound {
                let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                try await outbound.write(ByteBuffer(string: answer + answer))
            }
        } _: { server in
            try await connected(to: server) { world in
                let first = try await world.get()
                #expect(first.status == .ok)
                try await eventually("it is closed") { server.openConnections == 0 }
                #expect(try await world.get().status == .ok)
                #expect(server.connections == 2)
            }
        }
    }

    /// Asks three times what answers with these pieces.
    private func askThrice(
        _ method: HTTPRequest.Method, _ pieces: [String],
        _ body: @Sendable (TransportWorld, [String]) async throws -> Void
    ) async throws {
        try await withRawServer { inbound, outbound in
            for try await _ in inbound {
                for piece in pieces { try await outbound.write(ByteBuffer(string: piece)) }
            }
        } _: { server in
            try await connected(to: server) { world in
                var texts = [String]()
                for _ in 0..<3 {
                    let request = RemoteRequest(method: method, target: "/", timeout: .seconds(30))
                    texts.append(try await world.transport.send(request).text())
                }
                try await body(world, texts)
            }
        }
    }

    /// How an answer may come to its end.
    enum Ending: String, CaseIterable {
        case length, lines, chunks, trailers, empty, head

        var answer: String {
            switch self {
            case .length: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
            case .lines: "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nab\r\n\r\n"
            case .chunks: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
            case .trailers: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n\r\n"
            case .empty: "HTTP/1.1 204 No Content\r\n\r\n"
            case .head: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
            }
        }

        var method: HTTPRequest.Method { self == .head ? .head : .get }
        var text: String {
            switch self {
            case .length, .chunks, .trailers: "ok"
            case .lines: "ab\r\n\r\n"
            case .empty, .head: ""
            }
        }
    }

    @Test(arguments: Ending.allCases, ["HTTP/1.1 200 OK\r\nX-Left: ", "HTTP/1", "\r\n", "x"])
    func `what is left behind an answer belongs to no other, and ends the connection`(
        _ ending: Ending, left: String
    ) async throws {
        try await askThrice(ending.method, [ending.answer + left]) { world, texts in
            #expect(texts == [ending.text, ending.text, ending.text])
            // An empty line before an answer is nothing.
            #expect(left == "\r\n" || world.server.connections == 3)
        }
    }

    @Test(arguments: Ending.allCases, 1...6)
    func `an answer that comes in pieces leaves its connection as good as one that comes whole`(
        _ ending: Ending, pieces: Int
    ) async throws {
        // Cut behind each of the last bytes, where its end is told by.
        let letters = ending.answer.unicodeScalars
        let pieces = [String(letters.dropLast(pieces))] + letters.suffix(pieces).map { String($0) }
        try await askThrice(ending.method, pieces) { world, texts in
            #expect(texts == [ending.text, ending.text, ending.text])
            #expect(world.server.connections == 1)
        }
    }

    @Test func `a peer that leaves HTTP without being asked gives no valid answer`() async throws {
        try await withRawPeer(saying: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n") {
            world in
            let error = try await transportError { _ = try await world.get() }
            #expect(error.kind == .invalidResponse)
        }
    }

    @Test func `a small answer is there with its head`() async throws {
        // In one piece: what comes in two may be read in two.
        try await withRawPeer(saying: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsmall") { world in
            let small = try await world.get()
            #expect(small.received.map { String(buffer: $0) } == "small")
        }
    }

    @Test func `the head of a streamed answer does not wait for its body`() async throws {
        let (finish, finishes) = AsyncStream.makeStream(of: Void.self)
        try await withPeer { exchange in
            try await exchange.start(.ok, ["Content-Length": "2"])
            for await _ in finish { break }
            try await exchange.write("ok")
            try await exchange.finish()
        } _: { world in
            let streamed = try await world.get()
            #expect(streamed.received == nil)
            finishes.yield()
            #expect(try await streamed.text() == "ok")
        }
    }

    @Test func `a length that the body does not keep to is the request's fault`() async throws {
        try await withPeer { exchange in
            _ = try? await exchange.wholeBody()
        } _: { world in
            for length in [29, 31] as [Int64] {
                let stream = MadeBytes(chunk: ByteBuffer(repeating: 1, count: 10), count: 3)
                let error = try await transportError {
                    _ = try await world.transport.send(
                        RemoteRequest(
                            method: .post, target: "/", body: .stream(stream, length: length), timeout: .seconds(30)))
                }
                #expect(error.kind == .invalidRequest)
            }
        }
    }

    @Test func `who waits for a free connection gives up after the request's time, and by being cancelled`()
        async throws
    {
        try await withHTTPServer {
            try await $0.waitForClose()
        } _: { server in
            let client = DirectTransportClient(connectionsPerPeer: 1)
            let transport = try DirectTransport(
                endpoint: RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: server.port), usesTLS: false),
                client: client)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try? await transport.send(RemoteRequest(target: "/", timeout: .seconds(60))) }
                try await eventually("the only connection is taken") { server.openConnections == 1 }
                let error = try await transportError {
                    _ = try await transport.send(RemoteRequest(target: "/", timeout: .milliseconds(200)))
                }
                #expect(error.kind == .timedOut)
                #expect(error.message.hasPrefix("no free connection to"))
                let cancelled = Task { try await transport.send(RemoteRequest(target: "/", timeout: .seconds(60))) }
                cancelled.cancel()
                await #expect(throws: CancellationError.self) { try await cancelled.value }
                group.cancelAll()
            }
            await client.shutdown()
        }
    }
}

private final class Counter: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .relaxed) }
    func increment() { count.add(1, ordering: .relaxed) }
}
