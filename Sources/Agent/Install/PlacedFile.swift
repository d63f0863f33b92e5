import AgentIdentity
import Fleet
import Foundation

/// Writes files so that they are there whole or not at all.
enum PlacedFile {
    private static let piece = 1 << 20

    /// - Parameter isFolderOwners: whether it is to belong to whoever the folder belongs to, where root writes it.
    static func write(_ data: Data, to path: String, mode: mode_t, isFolderOwners: Bool = false) throws {
        let folder = URL(filePath: path).deletingLastPathComponent()
        try place(at: path, mode: mode) { handle in
            try handle.write(contentsOf: data)
            guard !isFolderOwners || handle.giveToOwner(of: folder) else { throw failure("can't be written", path) }
        }
    }

    /// - Returns: false when they are one file already.
    static func copy(_ source: String, to path: String, mode: mode_t) throws -> Bool {
        guard !isSame(source, path) else { return false }
        guard let reading = FileHandle(forReadingAtPath: source) else { throw failure("can't be read", source) }
        try place(at: path, mode: mode) { writing in
            while let data = try reading.read(upToCount: piece), !data.isEmpty { try writing.write(contentsOf: data) }
        }
        return true
    }

    /// - Returns: false when there was none.
    static func remove(_ path: String) throws -> Bool {
        if unlink(path) == 0 { return true }
        guard errno == ENOENT || errno == ENOTDIR else { throw failure("can't be removed", path) }
        return false
    }

    private static func place(at path: String, mode: mode_t, _ fill: (FileHandle) throws -> Void) throws {
        let url = URL(filePath: path)
        let folder = url.deletingLastPathComponent()
        let draft = folder.appending(path: ".\(url.lastPathComponent).new").path
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw failure("can't be made", folder.path)
        }
        // Of an earlier time, that was cut short.
        unlink(draft)
        let descriptor = open(draft, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure("can't be written", path) }
        defer { unlink(draft) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try fill(handle)
            try handle.synchronize()
        } catch let error as EdgewrightError {
            throw error
        } catch {
            throw EdgewrightError(.unavailable, "\(path) can't be written: \(error.localizedDescription)", cause: error)
        }
        // Whatever the process takes away from the modes of its files.
        guard fchmod(descriptor, mode) == 0, rename(draft, path) == 0 else { throw failure("can't be written", path) }
    }

    private static func isSame(_ first: String, _ second: String) -> Bool {
        var (one, other) = (stat(), stat())
        guard stat(first, &one) == 0, stat(second, &other) == 0 else { return false }
        return one.st_dev == other.st_dev && one.st_ino == other.st_ino
    }

    private static func failure(_ what: String, _ path: String) -> EdgewrightError {
        EdgewrightError(.unavailable, "\(path) \(what): \(String(cString: strerror(errno)).lowercased())")
    }
}
