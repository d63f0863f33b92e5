import Foundation
import HTTPTypes
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import Transport

private final class Sum: Sendable {
    let value = Atomic(0)
}

/// What an agent may answer that no library lets one say.
@Suite(.timeLimit(.minutes(1))) struct HostileAgentTests {
    fileprivate typealias Answer = @Sendable (HTTP2Frame) -> [HTTP2Frame]

    /// - Returns: what came of a request to an agent that answers so.
    private func ask(
        timeout: Duration = .seconds(20), _ answer: @escaping @Sendable (HTTP2StreamID) -> [HTTP2Frame]
    ) async throws -> RemoteResponse {
        try await withAgent { frame in
            guard case .headers = frame.payload else { return [] }
            return answer(frame.streamID)
        } _: { tunnel in
            let outcome: Result<RemoteResponse, any Error>
            do {
                outcome = .success(try await request(tunnel, timeout: timeout))
            } catch {
                outcome = .failure(error)
            }
            // Whatever came of it, nothing of it is left.
            while try await tunnel.loop.submit({ tunnel.load }).get() > 0 { await Task.yield() }
            return try outcome.get()
        }
    }

    private func request(_ tunnel: TunnelClient, timeout: Duration = .seconds(20)) async throws -> RemoteResponse {
        try await TunnelTransport(agent: "plant", offer: "service") { tunnel }.send(
            RemoteRequest(target: "/", timeout: timeout))
    }

    private func withAgent<Result: Sendable>(
        _ answer: @escaping Answer, _ body: (TunnelClient) async throws -> Result
    ) async throws -> Result {
        try await withTunnelListener { platform in
            let agent = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(AgreementReader(answer))
                    }
                }
                .connect(host: "127.0.0.1", port: platform.port).get()
            try await agent.writeAndFlush(ByteBuffer(string: "let me in"))
            let tunnel = try #require(await platform.tunnels.first { _ in true })
            let result = try await body(tunnel)
            try? await agent.close()
            return result
        }
    }

    private func head(_ id: HTTP2StreamID, _ fields: HPACKHeaders, isLast: Bool) -> HTTP2Frame {
        HTTP2Frame(streamID: id, payload: .headers(.init(headers: fields, endStream: isLast)))
    }

    private func body(_ id: HTTP2StreamID, _ text: String) -> HTTP2Frame {
        HTTP2Frame(streamID: id, payload: .data(.init(data: .byteBuffer(ByteBuffer(string: text)))))
    }

    @Test func `a status in capitals is none, and holds nobody up`() async throws {
        await #expect(throws: TransportError.self) {
            _ = try await ask(timeout: .seconds(1)) {
                [head($0, [":STATUS": "100"], isLast: false), body($0, "never ends")]
            }
        }
    }

    @Test(arguments: [HPACKHeaders(), [":status": "9999"], [":status": "x"], ["status": "200"]])
    func `an answer without a status is none`(fields: HPACKHeaders) async throws {
        let error = await #expect(throws: TransportError.self) {
            _ = try await ask { [head($0, fields, isLast: false), body($0, "never ends")] }
        }
        #expect(error?.kind == .invalidResponse)
    }

    @Test func `whoever does not read has a bound for all that waits for it together`() async throws {
        let made = Sum()
        let chunk = ByteBuffer(repeating: 1, count: 16 << 10)
        try await withAgent { _ in
            []
        } _: { tunnel in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        let endless = MadeBytes(chunk: chunk, count: .max) { _ in
                            made.value.add(chunk.readableBytes, ordering: .relaxed)
                        }
                        _ = try await TunnelTransport(agent: "plant", offer: "service") { tunnel }.send(
                            RemoteRequest(
                                method: .post, target: "/", body: .stream(endless, length: nil),
                                timeout: .seconds(300)))
                    }
                }
                // The pace has come to a stop when nothing was asked for during a while; below that it does not.
                var before = -1
                while made.value.load(ordering: .relaxed) != before || before <= TunnelProtocol.bytesAheadOfAll {
                    before = made.value.load(ordering: .relaxed)
                    try await Task.sleep(for: .milliseconds(300))
                }
                // Without it each is 256 KiB ahead.
                let each = TunnelProtocol.fewBytesAhead + 2 * chunk.readableBytes
                #expect(before < TunnelProtocol.bytesAheadOfAll + 200 * each)
                group.cancelAll()
            }
        }
    }

    @Test func `what belongs to a connection or to the tunnel is not passed on, however it is written`() async throws {
        let answer = try await ask {
            [
                head(
                    $0,
                    [
                        ":status": "200", "Connection": "Upgrade", "UPGRADE": "x", "Host": "elsewhere",
                        "Te": "trailers",
                        "Edgewright-Reason": "y", ":path": "/", "bad name": "z", "kept": "a\r\nb: c",
                    ], isLast: true)
            ]
        }
        #expect(answer.headerFields.map(\.name.rawName) == ["kept"])
        #expect(answer.headerFields[values: HTTPField.Name("kept") ?? .accept].allSatisfy { !$0.contains("\n") })
    }
}

extension HostileAgentTests {
    /// Answers what comes by itself, and what comes over streams that are kept as it says.
    private func askOften(
        origin: String, greeting: String = "", _ answer: String, _ body: (TunnelClient) async throws -> Void
    ) async throws {
        try await withAgent { frame in
            let id = frame.streamID
            switch frame.payload {
            case .headers(let payload) where payload.headers.first(name: ":method") == "CONNECT":
                return [
                    head(id, [":status": "200", TunnelField.origin: origin], isLast: false), self.body(id, greeting),
                ]
            case .headers: return [head(id, [":status": "204"], isLast: true)]
            case .data: return [self.body(id, answer)]
            default: return []
            }
        } _: {
            try await body($0)
        }
    }

    @Test func `an answer that nobody asked for on a kept stream is nobody's answer`() async throws {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
        try await askOften(origin: "http://127.0.0.1:1", greeting: answer, answer) { tunnel in
            for _ in 0..<(KeptStreams.often * 4) {
                let status = try await request(tunnel).status
                #expect(status == .noContent)
            }
        }
    }

    @Test func `half an answer behind one, or before the first, belongs to no other`() async throws {
        let left = "HTTP/1.1 500 Left\r\nX-Left: "
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        for greeting in [left, ""] {
            try await askOften(origin: "http://127.0.0.1:1", greeting: greeting, answer + left) { tunnel in
                for _ in 0..<(KeptStreams.often * 4) {
                    let status = try await request(tunnel).status
                    #expect(status == .noContent || status == .ok)
                }
            }
        }
    }

    @Test func `what is no HTTP on a kept stream is told, and ends it`() async throws {
        try await askOften(origin: "http://127.0.0.1:1", "no answer at all\r\n\r\n") { tunnel in
            var kind: TransportError.Kind?
            while kind == nil {
                do { _ = try await request(tunnel) } catch let error as TransportError { kind = error.kind }
            }
            #expect(kind == .invalidResponse)
            // It is asked request by request for a while.
            for _ in 0..<(KeptStreams.often * 4) {
                let status = try await request(tunnel).status
                #expect(status == .noContent)
            }
        }
    }

    @Test(arguments: [
        "ftp://127.0.0.1", "http://", "http://a\r\nX: y", "http://a b", "http://a:99999", "http://a/path",
        "http://" + String(repeating: "a", count: 400),
    ])
    func `an offer that calls itself something that can't be is asked request by request`(origin: String) async throws {
        try await askOften(origin: origin, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") { tunnel in
            for _ in 0..<(KeptStreams.often * 4) {
                let status = try await request(tunnel).status
                #expect(status == .noContent)
            }
            #expect(tunnel.keptStreams == 0)
        }
    }
}

/// Asks, and becomes an HTTP/2 server that checks nothing of what it says.
private final class AgreementReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var isAgreed = false
    private let answer: HostileAgentTests.Answer

    init(_ answer: @escaping HostileAgentTests.Answer) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAgreed else { return context.fireChannelRead(data) }
        isAgreed = true
        let come = unwrapInboundIn(data)
        var configuration = TunnelProtocol.configuration(carriesBytes: true)
        configuration.headerBlockValidation = .disabled
        do {
            let operations = context.pipeline.syncOperations
            try operations.addHandlers([
                NIOHTTP2Handler(
                    mode: .server, connectionConfiguration: configuration,
                    streamConfiguration: TunnelProtocol.streams(.ofAsker)),
                Answerer(answer),
            ])
            // What the platform says at once may come along.
            let text = String(buffer: come)
            let end = text.range(of: "\r\n\r\n").map { text[..<$0.upperBound].utf8.count } ?? come.readableBytes
            let rest = come.getSlice(at: come.readerIndex + end, length: come.readableBytes - end)
            if let rest, rest.readableBytes > 0 {
                context.fireChannelRead(NIOAny(rest))
            }
        } catch {
            Issue.record(error)
        }
    }
}

private final class Answerer: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let answer: HostileAgentTests.Answer

    init(_ answer: @escaping HostileAgentTests.Answer) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        for frame in answer(frame) { context.write(wrapOutboundOut(frame), promise: nil) }
        context.flush()
    }
}
