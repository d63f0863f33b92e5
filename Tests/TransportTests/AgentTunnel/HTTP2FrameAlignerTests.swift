import NIOCore
import NIOEmbedded
import Testing
import Transport

@Suite struct HTTP2FrameAlignerTests {
    private static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

    /// Of HTTP/2's GOAWAY unless told, which nobody counts here.
    private func frame(_ length: Int, type: UInt8 = 7) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.writeInteger(UInt8(length >> 16))
        frame.writeInteger(UInt16(truncatingIfNeeded: length))
        frame.writeInteger(type)
        frame.writeRepeatingByte(0, count: 5)
        // No two places alike for long, so that what is lost, doubled or out of order shows.
        frame.writeBytes((0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 8)) })
        return frame
    }

    /// What comes out when the bytes come in pieces of `size`.
    private func passedOn(_ bytes: ByteBuffer, in size: Int) throws -> [ByteBuffer] {
        let channel = EmbeddedChannel(handler: HTTP2FrameAligner(isServer: true))
        var (bytes, passed) = (bytes, [ByteBuffer]())
        while bytes.readableBytes > 0 {
            guard let piece = bytes.readSlice(length: min(size, bytes.readableBytes)) else { break }
            try channel.writeInbound(piece)
            while let out = try channel.readInbound(as: ByteBuffer.self) { passed.append(out) }
        }
        return passed
    }

    @Test(arguments: [1, 2, 9, 10, 23, 25, 1000, 16385, 1 << 20])
    func `only whole frames come out, and all of them`(size: Int) throws {
        var bytes = ByteBuffer(string: Self.preface)
        let frames = [0, 1, 16384, 5, 300]
        for length in frames { bytes.writeImmutableBuffer(frame(length)) }
        let passed = try passedOn(bytes, in: size)
        let all = passed.reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1) }
        #expect(all == bytes)
        // Each piece ends where a frame does.
        var ends: Set<Int> = [24]
        for length in frames { ends.insert((ends.max() ?? 0) + 9 + length) }
        var position = 0
        for piece in passed {
            position += piece.readableBytes
            #expect(ends.contains(position))
        }
    }

    @Test func `a frame beyond the limit is passed on at once, to be refused and not collected`() throws {
        var bytes = ByteBuffer(string: Self.preface)
        bytes.writeImmutableBuffer(frame(1 << 20).getSlice(at: 0, length: 100) ?? ByteBuffer())
        #expect(try passedOn(bytes, in: 1 << 20) == [bytes])
        // Its header may come late; the rest of it is for nobody.
        let passed = try passedOn(bytes, in: 26)
        #expect(passed.map(\.readableBytes) == [24, 28])
    }

    @Test(arguments: [UInt8(8), 200])
    func `a peer that floods with frames that carry nothing is cut off`(type: UInt8) throws {
        #expect(try !isOpen(after: 1000, ofType: type))
    }

    @Test func `as many frames that carry something are passed on`() throws {
        #expect(try isOpen(after: 1000, ofType: 0))
    }

    /// Whether the channel is open after so many reads of a hundred frames.
    private func isOpen(after reads: Int, ofType type: UInt8) throws -> Bool {
        let channel = EmbeddedChannel(handler: HTTP2FrameAligner(isServer: true))
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/peer")).wait()
        try channel.writeInbound(ByteBuffer(string: Self.preface))
        var read = ByteBuffer()
        for _ in 0..<100 { read.writeImmutableBuffer(frame(4, type: type)) }
        for _ in 0..<reads where channel.isActive { try channel.writeInbound(read) }
        return channel.isActive
    }
}
