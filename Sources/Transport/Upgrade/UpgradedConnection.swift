package import NIOCore

/// Raw bytes in both directions, after a peer has agreed to leave HTTP.
package enum UpgradedConnection: Sendable {
    case socket(NIOAsyncChannel<ByteBuffer, ByteBuffer>)
    case tunnel(TunnelUpgrade)

    /// Where bytes go.
    package protocol Outbound: Sendable {
        /// Returns when more may come: the peer's pace.
        func write(_ bytes: ByteBuffer) async throws
        /// Ends this direction, once all that was written has gone out.
        func finish() async throws
    }

    /// Both directions as long as the body runs; the connection is closed after it.
    package func executeThenClose<Result>(
        _ body: (_ inbound: AnyByteStream, _ outbound: any Outbound) async throws -> Result
    ) async throws -> Result {
        switch self {
        case .socket(let channel):
            return try await channel.executeThenClose { inbound, outbound in
                try await body(inbound, SocketOutbound(writer: outbound, channel: channel.channel))
            }
        case .tunnel(let upgrade):
            defer { upgrade.stream.cancel() }
            return try await body(ArrivingBody(reader: TunnelBodyReader(upgrade.stream)), upgrade)
        }
    }

    /// Gives the connection up, for a caller that can't use it after all.
    package func close() async {
        // Never thrown by a body that does nothing; a connection that is broken already is as good as closed.
        try? await executeThenClose { _, _ in }
    }
}

private final class SocketOutbound: UpgradedConnection.Outbound {
    /// So much may be on its way to the event loop: an async channel's writer takes bytes before the event loop has
    /// seen that the socket is full, and a fast source on another thread would fill memory.
    private static let piece = 256 << 10

    private let writer: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private let channel: any Channel

    init(writer: NIOAsyncChannelOutboundWriter<ByteBuffer>, channel: any Channel) {
        self.writer = writer
        self.channel = channel
    }

    func write(_ bytes: ByteBuffer) async throws {
        try await writer.write(bytes)
        if bytes.readableBytes >= Self.piece / 8 { try await channel.eventLoop.submit {}.get() }
    }

    func finish() async throws {
        // Once both ways have ended the connections are closed, and what is still waiting for a slow reader then would
        // be lost: an empty write is done when everything before it is.
        try await channel.writeAndFlush(ByteBuffer()).get()
        writer.finish()
    }
}
