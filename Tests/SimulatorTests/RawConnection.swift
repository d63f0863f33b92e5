import NIOCore
import NIOPosix
import TestSupport

/// Bytes to a service, and bytes from it.
struct RawConnection {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var text = ""

    fileprivate init(
        inbound: NIOAsyncChannelInboundStream<ByteBuffer>, outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }
    func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

    /// - Returns: all that came, once `wanted` is in it or the other side has closed.
    mutating func read(until wanted: String) async throws -> String {
        while !text.contains(wanted), let part = try await inbound.next() { text += String(buffer: part) }
        return text
    }

    /// - Returns: all that came until the other side closed.
    mutating func readToEnd() async throws -> String {
        while let part = try await inbound.next() { text += String(buffer: part) }
        return text
    }
}

func withRawConnection<Result: Sendable>(
    port: Int, _ body: (inout RawConnection) async throws -> Result
) async throws -> Result {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
    return try await channel.executeThenClose { inbound, outbound in
        var connection = RawConnection(inbound: inbound, outbound: outbound)
        return try await body(&connection)
    }
}
