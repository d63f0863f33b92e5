import Fleet
import Foundation
package import NIOCore

/// What became of an import.
package struct ImportReport: Sendable {
    package let imported: Int
    package let failures: ImportFailures
}

/// The lines that were not imported, as the elements of a JSON array. A 100 MB file can be nothing but bad lines, so
/// beyond a megabyte they wait in a temporary file, which goes with this object, and beyond `listed` they are only
/// counted.
///
/// `@unchecked Sendable`: it is written by the one task that imports, and only read after that task has handed it on;
/// the two never overlap because `importServices` returns it as its last step.
package final class ImportFailures: @unchecked Sendable {
    /// A person, or a program that mends the file, has no use for more.
    package static let listed = 100_000
    private static let memoryLimit = 1 << 20
    private static let readSize = 64 * 1024

    package private(set) var count = 0
    private var recent = Data()
    private var file: FileHandle?
    private let encoder = JSONEncoder()

    func append(_ failure: ImportFailure) {
        count += 1
        guard count <= Self.listed else { return }
        // A value of two texts and a number always encodes.
        guard let json = try? encoder.encode(failure) else { return }
        if count > 1 { recent.append(UInt8(ascii: ",")) }
        recent.append(json)
        if recent.count >= Self.memoryLimit { spill() }
    }

    private func spill() {
        if file == nil { file = Self.makeFile() }
        // No room for it: they stay in memory, which `listed` bounds.
        guard let file, (try? file.write(contentsOf: recent)) != nil else { return }
        recent.removeAll(keepingCapacity: true)
    }

    /// A file without a name: the system takes it away when it is closed, whatever happens.
    private static func makeFile() -> FileHandle? {
        let url = FileManager.default.temporaryDirectory.appending(path: "edgewright-import-\(UUID().uuidString)")
        guard FileManager.default.createFile(atPath: url.path, contents: nil, attributes: [.posixPermissions: 0o600])
        else { return nil }
        defer { try? FileManager.default.removeItem(at: url) }
        return try? FileHandle(forUpdating: url)
    }

    /// The elements, with commas between them, chunk by chunk. To be read once.
    package func chunks() -> Chunks { Chunks(file: file, rest: recent) }

    package struct Chunks: AsyncSequence, Sendable {
        fileprivate let file: FileHandle?
        fileprivate let rest: Data

        package struct Iterator: AsyncIteratorProtocol {
            fileprivate var file: FileHandle?
            fileprivate var rest: Data?

            package mutating func next() async throws -> ByteBuffer? {
                if let data = try file?.read(upToCount: ImportFailures.readSize), !data.isEmpty {
                    return ByteBuffer(bytes: data)
                }
                file = nil
                defer { rest = nil }
                return rest.flatMap { $0.isEmpty ? nil : ByteBuffer(bytes: $0) }
            }
        }

        package func makeAsyncIterator() -> Iterator {
            // A file that can't be rewound gives nothing, and the count tells that something is missing.
            try? file?.seek(toOffset: 0)
            return Iterator(file: file, rest: rest)
        }
    }
}
