import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TestSupport
import Testing
import Transport

@Suite struct ByteTunnelTests {
    private typealias Serve =
        @Sendable (
            NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>, any Channel
        ) async throws -> Void

    /// - Parameter sendBuffer: bytes that the kernel takes for a reader that is behind.
    private func connect(to port: Int, sendBuffer: Int? = nil) async throws -> UpgradedConnection {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
        if let sendBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_sndbuf), value: SocketOptionValue(sendBuffer))
        }
        let channel =
            try await bootstrap
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let wrapped = try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                    // It ends the program when it goes away open, and the second connection may fail.
                    channel.closeFuture.whenComplete { _ in withExtendedLifetime(wrapped) {} }
                    return wrapped
                }
            }
        return .socket(channel)
    }

    /// Two peers, joined by a tunnel until it ends.
    private func pump(
        idleLimit: Duration = .seconds(20), sendBuffer: Int? = nil, _ left: @escaping Serve, _ right: @escaping Serve
    ) async throws {
        try await withRawConnections(left) { leftServer in
            try await withRawConnections(right) { rightServer in
                try await ByteTunnel.pump(
                    try await connect(to: leftServer.port),
                    try await connect(to: rightServer.port, sendBuffer: sendBuffer),
                    idleLimit: idleLimit)
                try await eventually("both are closed") {
                    leftServer.openConnections + rightServer.openConnections == 0
                }
            }
        }
    }

    @Test func `bytes go both ways until both have ended`() async throws {
        let heard = Mutex<[String: String]>([:])
        try await pump { inbound, outbound, _ in
            try await outbound.write(ByteBuffer(string: "from left"))
            outbound.finish()
            let text = try await inbound.text()
            heard.withLock { $0["left"] = text }
        } _: { inbound, outbound, _ in
            // The half-close has come through when the text is whole; and then there is still an answer.
            let text = try await inbound.text()
            heard.withLock { $0["right"] = text }
            try await outbound.write(ByteBuffer(string: "from right"))
            outbound.finish()
        }
        #expect(heard.withLock { $0 } == ["left": "from right", "right": "from left"])
    }

    @Test func `when one side breaks off, the other is closed, though it has nothing to say`() async throws {
        let error = await #expect(throws: (any Error).self) {
            try await pump { inbound, _, _ in
                for try await _ in inbound {}
            } _: { _, _, channel in
                // A reset, and no end.
                let socket = try #require(channel as? any SocketOptionProvider)
                try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
                try await channel.close()
            }
        }
        // Not only when nothing has passed for long.
        #expect((error as? TransportError)?.kind != .timedOut)
    }

    @Test func `a sender goes no faster than the receiver at the other end`() async throws {
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let sent = Mutex(0)
        let received = Mutex(0)
        async let pumping: Void = pump { _, outbound, channel in
            let chunk = ByteBuffer(repeating: 1, count: 100_000)
            for _ in 0..<1000 {
                try await outbound.write(chunk)
                try await channel.eventLoop.submit {}.get()
                sent.withLock { $0 += 1 }
            }
            try await channel.writeAndFlush(ByteBuffer()).get()
        } _: { inbound, outbound, _ in
            for await _ in released { break }
            for try await bytes in inbound { received.withLock { $0 += bytes.readableBytes } }
            outbound.finish()
        }
        var before = -1
        while sent.withLock({ $0 }) != before || before < 1 {
            before = sent.withLock { $0 }
            try await Task.sleep(for: .milliseconds(200))
        }
        #expect(before < 500)
        release.finish()
        try await pumping
        #expect(received.withLock { $0 } == 100_000_000)
    }

    @Test func `the last bytes reach a slow reader that has long said its own`() async throws {
        let received = Mutex(0)
        // A small buffer, that bytes have to wait on our side.
        try await pump(sendBuffer: 4096) { inbound, outbound, channel in
            // The other direction has ended before this one begins.
            _ = try await inbound.text()
            for _ in 0..<300 { try await outbound.write(ByteBuffer(repeating: 1, count: 100_000)) }
            try await channel.writeAndFlush(ByteBuffer()).get()
        } _: { inbound, outbound, _ in
            outbound.finish()
            for try await bytes in inbound {
                received.withLock { $0 += bytes.readableBytes }
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        #expect(received.withLock { $0 } == 30_000_000)
    }

    @Test func `a tunnel through which nothing passes ends after its limit, not one that is used`() async throws {
        let start = ContinuousClock.now
        let error = try await transportError {
            // Far apart, as machines that are busy sleep longer than they were asked to.
            try await pump(idleLimit: .seconds(3)) { inbound, outbound, _ in
                for _ in 0..<12 {
                    try await outbound.write(ByteBuffer(string: "x"))
                    try await Task.sleep(for: .milliseconds(500))
                }
                _ = try await inbound.text()
            } _: { inbound, _, _ in
                _ = try await inbound.text()
            }
        }
        #expect(error.kind == .timedOut)
        #expect(ContinuousClock.now - start > .seconds(6))
    }

    @Test func `cancelling closes both sides`() async throws {
        try await withRawServer { inbound, _ in
            _ = try await inbound.text()
        } _: { server in
            let (left, right) = (try await connect(to: server.port), try await connect(to: server.port))
            let task = Task { try await ByteTunnel.pump(left, right) }
            try await eventually("both are connected") { server.openConnections == 2 }
            task.cancel()
            _ = await task.result
            try await eventually("both are closed") { server.openConnections == 0 }
        }
    }
}
