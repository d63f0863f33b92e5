import NIOCore
import Testing

@testable import Hosting

@Suite struct LogFrameTests {
    private func frame(_ source: UInt8, _ text: String) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.writeBytes([source, 0, 0, 0])
        bytes.writeInteger(UInt32(text.utf8.count))
        bytes.writeString(text)
        return bytes
    }

    private func texts(_ lines: [WorkloadLogLine]) -> [String] { lines.map { "\($0.source) \($0.text)" } }

    @Test func `frames that arrive byte by byte give the same lines`() throws {
        var all = frame(1, "2026-01-01T00:00:00Z one\n2026-01-01T00:00:01Z tw")
        all.writeImmutableBuffer(frame(2, "2026-01-01T00:00:02Z err\n"))
        all.writeImmutableBuffer(frame(1, "o\r\n"))
        var frames = LogFrames(isPlain: false)
        var lines: [WorkloadLogLine] = []
        for byte in all.readableBytesView { lines += try frames.take(ByteBuffer(bytes: [byte])) }
        #expect(texts(lines) == ["stdout one", "stderr err", "stdout two"])
        #expect(frames.finish().isEmpty)
    }

    @Test func `a terminal's output has no frames`() throws {
        var frames = LogFrames(isPlain: true)
        let lines = try frames.take(ByteBuffer(string: "2026-01-01T00:00:00Z a\n2026-01-01T00:00:00Z b"))
        #expect(texts(lines) == ["stdout a"])
        #expect(texts(frames.finish()) == ["stdout b"])
    }

    @Test func `a line without end is cut, and takes no more memory than it may`() throws {
        var frames = LogFrames(isPlain: false)
        let long = String(repeating: "x", count: 1 << 20)
        for _ in 0..<8 { #expect(try frames.take(frame(1, long)).isEmpty) }
        let lines = try frames.take(frame(1, "\n2026-01-01T00:00:00Z next\n"))
        #expect(lines.count == 2)
        #expect(lines[0].time.utf8.count <= LogFrames.longestLine)
        #expect(lines[1].text == "next")
    }

    @Test func `a frame that claims to be huge is refused`() throws {
        var frames = LogFrames(isPlain: false)
        #expect(throws: HostingError.self) { try frames.take(ByteBuffer(bytes: [1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF])) }
    }
}

@Suite struct TarArchiveTests {
    /// The sum that every reader checks, and the places it reads.
    @Test func `an archive has headers with the right sum, and ends with two empty blocks`() throws {
        var archive = TarArchive()
        try archive.addFolder("etc/")
        try archive.addFile("etc/key.pub", Array("key\n".utf8))
        let bytes = archive.finished()
        #expect(bytes.count == 512 + 512 + 512 + 1024)
        for start in [0, 512] {
            var header = Array(bytes[start..<start + 512])
            let told = try #require(Int(String(decoding: header[148..<154], as: UTF8.self), radix: 8))
            header.replaceSubrange(148..<156, with: Array(repeating: 0x20, count: 8))
            #expect(told == header.reduce(0) { $0 + Int($1) })
            #expect(String(decoding: header[257..<262], as: UTF8.self) == "ustar")
        }
        #expect(throws: HostingError.self) { try archive.addFile(String(repeating: "a", count: 100), []) }
    }
}
