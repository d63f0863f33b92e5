package import Foundation
package import NIOCore
import NIOFoundationCompat

/// A file's bytes, a piece at a time, so that a large one is never in memory.
package struct FileBytes: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    /// `nil` reads standard input.
    let file: URL?
    private static let pieceSize = 128 * 1024

    package init(_ file: URL?) { self.file = file }

    /// How many there will be; `nil` when nobody knows (a pipe).
    package var count: Int64? {
        guard let file else { return nil }
        let values = try? file.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
        guard values?.isRegularFile == true else { return nil }
        return values?.fileSize.map(Int64.init)
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let file: URL?
        private var handle: FileHandle?

        fileprivate init(_ file: URL?) { self.file = file }

        /// Reads on this thread: a local disk is faster than going to another one.
        package mutating func next() async throws -> ByteBuffer? {
            let open = try handle ?? file.map { try FileHandle(forReadingFrom: $0) } ?? .standardInput
            handle = open
            guard let data = try open.read(upToCount: FileBytes.pieceSize), !data.isEmpty else { return nil }
            return ByteBuffer(data: data)
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(file) }
}
