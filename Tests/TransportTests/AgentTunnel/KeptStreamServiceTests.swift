import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@testable import Transport

/// What services do to kept streams, and what must not become of it.
extension KeptStreamTests {
    /// Each piece of an answer after a while, and all of it in the end.
    private func readSlowly(_ answer: RemoteResponse) async throws -> Int {
        var count = 0
        for try await piece in answer.body {
            count += piece.readableBytes
            if count < 4 << 20 { for _ in 0..<200 { await Task.yield() } }
        }
        return count
    }

    @Test(arguments: ["Content-Length", "Transfer-Encoding", "until it closes"], [false, true])
    func `the end of an answer is not lost when the service closes before all is read`(
        framing: String, usesTLS: Bool
    ) async throws {
        let chunk = ByteBuffer(repeating: 7, count: 64 << 10)
        let tls = usesTLS ? try TestCertificates.shared.serverContext() : nil
        try await withHTTPServer(tls: tls) { exchange in
            guard exchange.head.uri == "/long" else { return try await exchange.respond("here") }
            var fields: HTTPHeaders = ["Connection": "close"]
            if framing == "Content-Length" { fields.add(name: framing, value: String(64 * chunk.readableBytes)) }
            if framing == "Transfer-Encoding" { fields.add(name: framing, value: "chunked") }
            try await exchange.start(.ok, fields)
            for _ in 0..<64 { try await exchange.write(chunk) }
            try await exchange.finish()
            try await exchange.close()
        } _: { service in
            try await tunnelled(to: service, usesTLS: usesTLS) { world in
                try await world.warm()
                let count = try await readSlowly(try await get(world, "/long"))
                #expect(count == 64 * chunk.readableBytes)
            }
        }
    }

    @Test func `many that a service closes do not end the tunnel`() async throws {
        try await withTunnel { exchange in
            guard exchange.head.uri == "/last" else { return try await exchange.respond("here") }
            try await exchange.respond(.ok, ["Connection": "close"], body: ByteBuffer(string: "last"))
            try await exchange.close()
        } _: { world in
            let offers = ["whole", "second", "third"]
            func askAll(_ text: String, at target: String) async throws {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for offer in offers {
                        group.addTask { try await ask(world, 0..<150, text, of: offer, at: target) }
                    }
                    try await group.waitForAll()
                }
            }
            while world.tunnel.keptStreams < 300 { try await askAll("here", at: "/") }
            // More of them at once than resets would be borne.
            try await askAll("last", at: "/last")
            #expect(world.tunnel.takesRequests)
        }
    }

    private func ask(
        _ world: TunnelWorld, _ numbers: Range<Int>, _ text: String, of offer: String, at target: String = "/"
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in numbers {
                group.addTask {
                    let said = try await get(world, target, offer: offer).text()
                    #expect(said == text)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `an answer without a length that is cut off by withdrawing its offer is not taken for a whole one`()
        async throws
    {
        try await withTunnel { exchange in
            guard exchange.head.uri == "/open" else { return try await exchange.respond("here") }
            try await exchange.start(.ok, ["Connection": "close"])
            try await exchange.write("beginning")
            try await exchange.waitForClose()
        } _: { world in
            try await world.warm()
            let answer = try await get(world, "/open")
            var body = answer.body.makeAsyncIterator()
            #expect(try await body.next()?.readableBytes == 9)
            try world.offers.replace(with: [:])
            await #expect(throws: TransportError.self) { while try await body.next(isolation: nil) != nil {} }
        }
    }

    @Test func `empty pieces of a body end nothing`() async throws {
        try await withTunnel { exchange in
            let body = try await exchange.wholeBody()
            try await exchange.respond(String(buffer: body))
        } _: { world in
            try await world.warm()
            for offer in ["whole", "whole", "service"] {
                let answer = try await world.transport(offer).send(
                    RemoteRequest(
                        method: .post, target: "/",
                        body: .stream(Pieces(texts: ["", "a", "", "", "b", ""]), length: 2),
                        timeout: .seconds(30)))
                #expect(try await answer.text() == "ab")
            }
            #expect(world.tunnel.takesRequests)
        }
    }

    @Test(arguments: TunnelWorld.ways)
    func `services that break off in the middle of much do not end the tunnel`(offer: String) async throws {
        let chunk = ByteBuffer(repeating: 7, count: 100_000)
        try await withTunnel { exchange in
            guard exchange.head.uri.hasSuffix("/cut") else { return try await exchange.respond("here") }
            try await exchange.start(.ok, ["Content-Length": "1000000"])
            for _ in 0..<4 { try await exchange.write(chunk) }
            let socket = try #require(exchange.channel as? any SocketOptionProvider)
            try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            try await exchange.channel.close()
        } _: { world in
            try await world.warm()
            for _ in 0..<50 {
                await #expect(throws: TransportError.self) { _ = try await get(world, "/cut", offer: offer).text() }
                try #require(world.tunnel.takesRequests)
            }
        }
    }

    @Test(arguments: [false, true])
    func `a service that closes each connection after some exchanges is asked over new ones at once`(
        usesTLS: Bool
    ) async throws {
        let counts = Mutex<[ObjectIdentifier: Int]>([:])
        let tls = usesTLS ? try TestCertificates.shared.serverContext() : nil
        try await withHTTPServer(tls: tls) { exchange in
            let count = counts.withLock { counts in
                counts[ObjectIdentifier(exchange.channel), default: 0] += 1
                return counts[ObjectIdentifier(exchange.channel)] ?? 0
            }
            guard count % 20 == 0 else { return try await exchange.respond("here") }
            try await exchange.respond(.ok, ["Connection": "close"], body: ByteBuffer(string: "here"))
            try await exchange.close()
        } _: { service in
            try await tunnelled(to: service, usesTLS: usesTLS) { world in
                try await world.warm()
                for _ in 0..<300 {
                    let text = try await get(world, "/").text()
                    #expect(text == "here")
                }
                // At once, and not after the long rest of an offer that keeps none.
                for _ in 0..<20 where world.tunnel.keptStreams == 0 { try await world.askOften() }
                #expect(world.tunnel.keptStreams > 0)
            }
        }
    }

    @Test func `a service that closes behind a whole answer has broken nothing off, however late it is read`()
        async throws
    {
        let (gate, opened) = AsyncStream.makeStream(of: Void.self)
        try await withTunnel { exchange in
            guard exchange.head.uri == "/last" else { return try await exchange.respond("here") }
            try await exchange.start(.ok, ["Content-Length": "8", "Connection": "close"])
            try await exchange.write("half")
            for await _ in gate { break }
            try await exchange.write("half")
            try await exchange.finish()
            try await exchange.close()
        } _: { world in
            try await world.warm()
            // It keeps connections, as far as one can know.
            _ = try await get(world, "/").text()
            let answer = try await get(world, "/last")
            opened.yield()
            try await eventually("the service's end is heard") { world.tunnel.keptStreams == 0 }
            #expect(try await answer.text() == "halfhalf")
            for _ in 0..<20 where world.tunnel.keptStreams == 0 { try await world.askOften() }
            #expect(world.tunnel.keptStreams > 0)
        }
    }

    @Test(arguments: TunnelWorld.ways)
    func `hundreds that a service breaks off in a moment do not end the tunnel`(offer: String) async throws {
        try await withTunnel { exchange in
            try await exchange.start(.ok, ["Content-Length": "10"])
            try await exchange.write("part")
            try await exchange.channel.close()
        } _: { world in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        for _ in 0..<25 {
                            await #expect(throws: TransportError.self) {
                                _ = try await get(world, "/", offer: offer).text()
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(world.tunnel.takesRequests)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: TunnelWorld.ways)
    func `an answer in many small pieces takes no longer than its length`(offer: String) async throws {
        try await withTunnel { exchange in
            guard exchange.head.uri.hasSuffix("/small") else { return try await exchange.respond("here") }
            try await exchange.start(.ok, ["Transfer-Encoding": "chunked"])
            for _ in 0..<100 {
                for _ in 0..<300 { try await exchange.write("a") }
            }
            try await exchange.finish()
        } _: { world in
            try await world.warm()
            let text = try await get(world, "/small", offer: offer).text()
            #expect(text.utf8.count == 30_000)
        }
    }

    @Test(arguments: TunnelWorld.ways)
    func `TRACE is sent nowhere`(offer: String) async throws {
        try await withTunnel { exchange in
            try await exchange.respond("here")
        } _: { world in
            let error = try await transportError {
                _ = try await world.transport(offer).send(
                    RemoteRequest(
                        method: .trace, target: "/", body: .bytes(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n")),
                        timeout: .seconds(30)))
            }
            #expect(error.kind == .invalidRequest)
        }
    }
}

/// A body that comes in these pieces.
private struct Pieces: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let texts: [String]

    struct AsyncIterator: AsyncIteratorProtocol {
        var rest: ArraySlice<String>

        mutating func next() async throws -> ByteBuffer? { rest.popFirst().map { ByteBuffer(string: $0) } }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: texts[...]) }
}
