import Foundation
import HTTPTypes
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import TestSupport
import Testing

@testable import Transport

/// What an agent may answer that no library lets one say.
@Suite(.timeLimit(.minutes(1))) struct HostileAgentTests {
    private typealias Answer = @Sendable (HTTP2StreamID) -> [HTTP2Frame]

    /// - Returns: what came of a request to an agent that answers so.
    private func ask(timeout: Duration = .seconds(20), _ answer: @escaping Answer) async throws -> RemoteResponse {
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
            let transport = TunnelTransport(agent: "plant", offer: "service") { tunnel }
            let outcome: Result<RemoteResponse, any Error>
            do {
                outcome = .success(try await transport.send(RemoteRequest(target: "/", timeout: timeout)))
            } catch {
                outcome = .failure(error)
            }
            // Whatever came of it, nothing of it is left.
            while try await tunnel.loop.submit({ tunnel.load }).get() > 0 { await Task.yield() }
            try? await agent.close()
            return try outcome.get()
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

/// Asks, and becomes an HTTP/2 server that checks nothing of what it says.
private final class AgreementReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var isAgreed = false
    private let answer: @Sendable (HTTP2StreamID) -> [HTTP2Frame]

    init(_ answer: @escaping @Sendable (HTTP2StreamID) -> [HTTP2Frame]) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAgreed else { return context.fireChannelRead(data) }
        isAgreed = true
        let come = unwrapInboundIn(data)
        var configuration = TunnelProtocol.configuration()
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

    private let answer: @Sendable (HTTP2StreamID) -> [HTTP2Frame]

    init(_ answer: @escaping @Sendable (HTTP2StreamID) -> [HTTP2Frame]) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        guard case .headers = frame.payload else { return }
        for frame in answer(frame.streamID) { context.write(wrapOutboundOut(frame), promise: nil) }
        context.flush()
    }
}
