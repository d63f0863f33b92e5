package import Fleet
import Foundation
import HTTPTypes
import NIOCore
import Transport

// What containers write.

extension DockerHost {
    package func logs(of service: Identifier<EdgeService>, tail: Int, follow: Bool) async throws
        -> AsyncThrowingStream<WorkloadLogLine, any Error>
    {
        try await translatingRefusals {
            let container = try await existing(service)
            let request = RemoteRequest(
                target: "/containers/\(container.id)/logs?stdout=true&stderr=true&timestamps=true&tail=\(tail)"
                    + "&follow=\(follow)",
                timeout: DockerClient.timeout, idleTimeout: follow ? nil : DockerClient.timeout)
            let response = try await client.open(request)
            let isPlain = container.configuration.hasTerminal ?? false
            let reader = LogReader(response, isPlain: isPlain)
            return AsyncThrowingStream { try await reader.next() }
        }
    }
}

/// Reads lines from what an engine sends, at the pace of who wants them.
private actor LogReader {
    private let response: RemoteResponse
    private var chunks: any AsyncIteratorProtocol<ByteBuffer, any Error>
    private var frames: LogFrames
    private var ready: ArraySlice<WorkloadLogLine> = []
    private var hasEnded = false

    init(_ response: RemoteResponse, isPlain: Bool) {
        self.response = response
        chunks = response.body.makeAsyncIterator()
        frames = LogFrames(isPlain: isPlain)
    }

    func next() async throws -> WorkloadLogLine? {
        do {
            while ready.isEmpty, !hasEnded {
                if let chunk = try await chunks.next(isolation: self) {
                    ready = try frames.take(chunk)[...]
                } else {
                    hasEnded = true
                    ready = frames.finish()[...]
                }
            }
            return ready.popFirst()
        } catch let error as TransportError {
            throw HostingError(error)
        }
    }

    deinit { response.cancel() }
}

/// Takes apart the engine's frames (Docker Engine API, "Attach to a container", stream format): a byte for the source,
/// three that are nothing, four for the length. Containers with a terminal have none.
struct LogFrames {
    private static let headerLength = 8
    private static let longestFrame = 4 << 20
    /// What is longer is cut.
    static let longestLine = 16 << 10

    let isPlain: Bool
    private var bytes = ByteBuffer()
    private var partial: [WorkloadLogLine.Source: ByteBuffer] = [:]

    init(isPlain: Bool) { self.isPlain = isPlain }

    mutating func take(_ chunk: ByteBuffer) throws -> [WorkloadLogLine] {
        guard !isPlain else { return lines(chunk, from: .stdout) }
        bytes.writeImmutableBuffer(chunk)
        var found: [WorkloadLogLine] = []
        while let length: UInt32 = bytes.getInteger(at: bytes.readerIndex + 4) {
            guard length <= Self.longestFrame else {
                throw HostingError(.failed, "its engine sent a log that can't be read")
            }
            guard bytes.readableBytes >= Self.headerLength + Int(length) else { break }
            let source: WorkloadLogLine.Source = bytes.readInteger(as: UInt8.self) == 2 ? .stderr : .stdout
            bytes.moveReaderIndex(forwardBy: Self.headerLength - 1)
            if let frame = bytes.readSlice(length: Int(length)) { found += lines(frame, from: source) }
        }
        bytes.discardReadBytes()
        return found
    }

    /// What has no end yet when the stream has.
    mutating func finish() -> [WorkloadLogLine] {
        defer { partial = [:] }
        return [.stdout, .stderr].compactMap { source in
            partial[source].flatMap { $0.readableBytes > 0 ? Self.line($0, source) : nil }
        }
    }

    private mutating func lines(_ chunk: ByteBuffer, from source: WorkloadLogLine.Source) -> [WorkloadLogLine] {
        var rest = partial[source] ?? ByteBuffer()
        rest.writeImmutableBuffer(chunk)
        var found: [WorkloadLogLine] = []
        while let end = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            if let line = rest.readSlice(length: end - rest.readerIndex) { found.append(Self.line(line, source)) }
            rest.moveReaderIndex(forwardBy: 1)
        }
        // Of a line without end only the beginning is kept, and as much as shows where it ends.
        if rest.readableBytes > 2 * Self.longestLine, let head = rest.readSlice(length: Self.longestLine) {
            rest = head
        }
        rest.discardReadBytes()
        partial[source] = rest
        return found
    }

    private static func line(_ bytes: ByteBuffer, _ source: WorkloadLogLine.Source) -> WorkloadLogLine {
        let text = String(
            buffer: bytes.getSlice(at: bytes.readerIndex, length: min(bytes.readableBytes, longestLine)) ?? bytes)
        let trimmed = text.hasSuffix("\r") ? String(text.dropLast()) : text
        guard let blank = trimmed.firstIndex(of: " ") else {
            return WorkloadLogLine(time: trimmed, source: source, text: "")
        }
        let message = trimmed[trimmed.index(after: blank)...]
        return WorkloadLogLine(time: String(trimmed[..<blank]), source: source, text: String(message))
    }
}
