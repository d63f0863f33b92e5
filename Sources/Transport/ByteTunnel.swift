package import NIOCore

/// Joins two connections so that each gets the other's bytes.
package enum ByteTunnel {
    package typealias RawChannel = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Copies both ways until both sides have ended, or one of them failed. The slower side sets the pace.
    package static func pump(_ left: RawChannel, _ right: RawChannel) async throws {
        try await left.executeThenClose { leftInbound, leftOutbound in
            try await right.executeThenClose { rightInbound, rightOutbound in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await copy(leftInbound, to: rightOutbound) }
                    group.addTask { try await copy(rightInbound, to: leftOutbound) }
                    // Whichever way ends first: what is still under way in the other may finish, an error ends both.
                    try await group.waitForAll()
                }
            }
        }
    }

    private static func copy(
        _ source: NIOAsyncChannelInboundStream<ByteBuffer>, to sink: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        for try await bytes in source { try await sink.write(bytes) }
        sink.finish()
    }
}
