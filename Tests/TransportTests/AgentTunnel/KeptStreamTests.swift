import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@testable import Transport

/// What is asked often is asked over exchanges that are kept, and nobody can tell.
@Suite(.timeLimit(.minutes(2))) struct KeptStreamTests {
    /// Field names come as they were written only where nobody has looked at the request on its way.
    static let mark = HTTPField.Name("X-Mark") ?? .accept

    func wasCarriedUnseen(_ exchange: ScriptedExchange) -> Bool {
        exchange.head.headers.contains { $0.name == "X-Mark" }
    }

    func get(_ world: TunnelWorld, _ target: String = "/", offer: String = "whole") async throws
        -> RemoteResponse
    {
        try await world.transport(offer).send(
            RemoteRequest(target: target, headerFields: [Self.mark: "1"], timeout: .seconds(30)))
    }

    @Test func `asked often, an offer answers over streams that are kept, and as before`() async throws {
        try await withTunnel { exchange in
            let body = try await exchange.wholeBody()
            let text = "\(exchange.head.method) \(exchange.head.uri) \(String(buffer: body))"
            try await exchange.respond(
                .created,
                [
                    "X-Unseen": "\(wasCarriedUnseen(exchange))", "X-Host": exchange.head.headers["host"].joined(),
                    "Location": "http://\(exchange.head.headers["host"].joined())/there",
                ], body: ByteBuffer(string: text))
        } _: { world in
            var seen = [String: Int]()
            try await world.warm()
            for number in 0..<200 {
                let answer = try await world.transport("whole").send(
                    RemoteRequest(
                        method: .put, target: "/a%20b?\(number)", headerFields: [Self.mark: "1"],
                        body: .bytes(ByteBuffer(string: "hello")), timeout: .seconds(30)))
                #expect(answer.status == .created)
                #expect(answer.headerFields[.init("X-Host")!] == "127.0.0.1:\(world.service.port)")
                #expect(answer.headerFields[.location] == "/there")
                seen[answer.headerFields[.init("X-Unseen")!] ?? "", default: 0] += 1
                #expect(try await answer.text() == "PUT /a%20b?\(number) hello")
            }
            #expect(seen == ["true": 200])
        }
    }

    @Test func `a thousand at once get their own answers`() async throws {
        try await withTunnel { exchange in
            try await exchange.respond(exchange.head.uri)
        } _: { world in
            try await ask(world, 0..<1000)
            // Those that ask come before those that are kept, so with so many at once none are.
            while world.tunnel.keptStreams < 50 { try await ask(world, 0..<200) }
            try await ask(world, 0..<1000)
        }
    }

    private func ask(_ world: TunnelWorld, _ numbers: Range<Int>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in numbers {
                group.addTask {
                    let text = try await get(world, "/\(number)").text()
                    #expect(text == "/\(number)")
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a service that ends each connection is asked all the same`() async throws {
        try await withTunnel { exchange in
            try await exchange.respond(.ok, ["Connection": "close"], body: ByteBuffer(string: exchange.head.uri))
            try await exchange.close()
        } _: { world in
            for number in 0..<500 {
                let text = try await get(world, "/\(number)").text()
                #expect(text == "/\(number)")
            }
        }
    }

    @Test func `an offer with a base path is looked at with each request`() async throws {
        try await withTunnel { exchange in
            try await exchange.respond("\(wasCarriedUnseen(exchange))")
        } _: { world in
            for _ in 0..<(KeptStreams.often * 4) {
                let text = try await get(world, offer: "service").text()
                #expect(text == "false")
            }
            #expect(world.tunnel.keptStreams == 0)
        }
    }

    @Test func `what is not offered any more is not reached over a stream that was kept`() async throws {
        try await withTunnel { exchange in
            try await exchange.respond("here")
        } _: { world in
            try await world.warm()
            try world.offers.replace(with: [:])
            try await eventually("what was kept is gone") { world.tunnel.keptStreams == 0 }
            let error = try await transportError { _ = try await get(world) }
            #expect(error.kind == .pathDown)
        }
    }

    @Test(arguments: [true, false])
    func `what is kept does not keep a connection open that is to end`(platformLeaves: Bool) async throws {
        try await withTunnel { exchange in
            try await exchange.respond("here")
        } _: { world in
            try await world.warm()
            if platformLeaves { world.tunnel.goAway() } else { world.server.goAway() }
            try await world.tunnel.closed.get()
            try await world.server.closed.get()
        }
    }

    @Test func `what is kept and unused closes, at the service too`() async throws {
        try await withTunnel { exchange in
            try await exchange.respond("here")
        } _: { world in
            try await world.warm()
            // Over the one that is kept, which the service knows of then.
            _ = try await get(world, "/").text()
            let (open, kept) = (world.service.openConnections, world.tunnel.keptStreams)
            try await eventually("what was kept is gone") { world.tunnel.keptStreams == 0 }
            // What request by request is kept there stays longer.
            try await eventually("so it is at the service") { world.service.openConnections <= open - kept }
        }
    }

    @Test func `who gives up ends it at the service as well`() async throws {
        let (asked, heard) = AsyncStream.makeStream(of: Void.self)
        let (gone, ended) = AsyncStream.makeStream(of: Void.self)
        try await withTunnel { exchange in
            guard exchange.head.uri == "/hang" else { return try await exchange.respond("here") }
            #expect(wasCarriedUnseen(exchange))
            heard.yield()
            try await exchange.waitForClose()
            ended.yield()
        } _: { world in
            try await world.warm()
            let asking = Task { _ = try await get(world, "/hang") }
            for await _ in asked { break }
            asking.cancel()
            await #expect(throws: CancellationError.self) { try await asking.value }
            for await _ in gone { break }
        }
    }

    @Test func `a change is not sent twice when its connection breaks`() async throws {
        let count = Atomic(0)
        try await withTunnel { exchange in
            guard exchange.head.method == .POST else { return try await exchange.respond("here") }
            count.wrappingAdd(1, ordering: .relaxed)
            try await exchange.channel.close()
        } _: { world in
            try await world.warm()
            let error = try await transportError {
                _ = try await world.transport("whole").send(
                    RemoteRequest(
                        method: .post, target: "/", headerFields: [Self.mark: "1"],
                        body: .bytes(ByteBuffer(string: "change")), timeout: .seconds(30)))
            }
            #expect(error.kind == .connectionClosed)
            #expect(count.load(ordering: .relaxed) == 1)
        }
    }

    @Test func `an answer that breaks off is told so`() async throws {
        try await withTunnel { exchange in
            guard exchange.head.uri == "/half" else { return try await exchange.respond("here") }
            try await exchange.start(.ok, ["Content-Length": "100"])
            try await exchange.write("half of it")
            try await exchange.channel.close()
        } _: { world in
            try await world.warm()
            let error = try await transportError { _ = try await get(world, "/half").text() }
            #expect(error.kind == .connectionClosed)
            #expect(error.message.contains("“whole” behind the agent “plant”"), "\(error)")
        }
    }

    @Test func `a tunnel that is lost is told so`() async throws {
        let (asked, heard) = AsyncStream.makeStream(of: Void.self)
        try await withTunnel { exchange in
            guard exchange.head.uri == "/hang" else { return try await exchange.respond("here") }
            heard.yield()
            try await exchange.waitForClose()
        } _: { world in
            try await world.warm()
            let asking = Task { try await transportError { _ = try await get(world, "/hang") } }
            for await _ in asked { break }
            world.server.close()
            #expect(try await asking.value.kind == .pathDown)
        }
    }

    @Test func `a service with TLS is asked over kept streams too, and only when it is trusted`() async throws {
        let certificates = TestCertificates.shared
        try await withHTTPServer(tls: try certificates.serverContext()) { exchange in
            try await exchange.respond("\(wasCarriedUnseen(exchange))")
        } _: { service in
            try await tunnelled(to: service, usesTLS: true) { world in
                try await world.warm()
                let text = try await get(world).text()
                #expect(text == "true")
                for _ in 0..<(KeptStreams.often * 2) {
                    let error = try await transportError { _ = try await get(world, offer: "distrusted") }
                    #expect(error.kind == .tlsFailed, "\(error)")
                }
            }
        }
    }
}
