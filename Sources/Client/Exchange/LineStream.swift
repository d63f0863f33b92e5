import NIOCore

/// The lines of a text as it arrives, without their ends; may be read once.
package struct LineStream: AsyncSequence, Sendable {
    package typealias Element = String

    let bytes: APIByteStream

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var bytes: APIByteStream.AsyncIterator
        private var splitter = LineSplitter()
        private var ready: [String] = []
        private var isOver = false

        fileprivate init(_ bytes: APIByteStream) { self.bytes = bytes.makeAsyncIterator() }

        package mutating func next() async throws -> String? {
            while ready.isEmpty, !isOver {
                if let chunk = try await bytes.next() {
                    // Reversed, so that the next one is the last one and taking it is cheap.
                    ready = splitter.read(chunk.readableBytesView).reversed()
                } else {
                    isOver = true
                    ready = splitter.end()
                }
            }
            return ready.popLast()
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(bytes) }
}

/// Makes lines of pieces of bytes. A line beyond the bound is cut into several, so that none fills the memory.
struct LineSplitter: Sendable {
    static let longestLine = 1024 * 1024

    private var line: [UInt8] = []

    init() {}

    /// The lines that these bytes complete.
    mutating func read(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                lines.append(take())
            } else {
                line.append(byte)
                if line.count >= Self.longestLine { lines.append(take()) }
            }
        }
        return lines
    }

    /// The last line, if it has no end.
    mutating func end() -> [String] { line.isEmpty ? [] : [take()] }

    private mutating func take() -> String {
        defer { line.removeAll(keepingCapacity: true) }
        return String(decoding: line, as: UTF8.self)
    }
}
