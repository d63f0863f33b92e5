import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(2))) struct SlowStreamTests {
    private typealias Frames = NIOAsyncChannel<HTTP2Frame, HTTP2Frame>

    /// HTTP/2 frame by frame, so that windows stay as the test leaves them.
    private func connect(to port: Int) async throws -> Frames {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none
        tls.applicationProtocols = ["h2"]
        let context = try NIOSSLContext(configuration: tls)
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let operations = channel.pipeline.syncOperations
                    try operations.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
                    try operations.addHandler(NIOHTTP2Handler(mode: .client))
                    return try Frames(wrappingChannelSynchronously: channel)
                }
            }
    }

    @Test func `who pauses with HTTP 2 gets the end of its answer too`() async throws {
        var limits = ListenerLimits()
        limits.idleTimeout = .seconds(1)
        try await withTLSIdentity { identity in
            try await withListener(tls: identity, limits: limits) { listener in
                let count = try await connect(to: listener.port).executeThenClose { inbound, outbound in
                    let id = HTTP2StreamID(1)
                    let head: HPACKHeaders = [
                        ":method": "GET", ":scheme": "https", ":authority": "x", ":path": "/page",
                    ]
                    try await outbound.write(
                        HTTP2Frame(streamID: id, payload: .headers(.init(headers: head, endStream: true))))
                    var count = 0
                    for try await frame in inbound {
                        switch frame.payload {
                        case .data(let data):
                            count += data.data.readableBytes
                            if data.endStream { return count }
                            guard count == 65_535 else { continue }
                            // The windows are full, and what is left is less than the listener's channel holds gladly.
                            try await Task.sleep(for: .milliseconds(2500))
                            for stream in [.rootStream, id] {
                                try await outbound.write(
                                    HTTP2Frame(
                                        streamID: stream, payload: .windowUpdate(windowSizeIncrement: 100_000)))
                            }
                        case .rstStream(let code): Issue.record("the stream was reset: \(code)")
                        default: break
                        }
                    }
                    return count
                }
                #expect(count == 100_000)
            }
        }
    }
}
