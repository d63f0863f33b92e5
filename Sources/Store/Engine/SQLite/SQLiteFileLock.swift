import Foundation

/// That nobody else serves the same file: SQLite would let two processes write, and each would take what the other holds
/// in memory for its own.
///
/// A file of its own beside the database, because SQLite's locks on that one are given back by whoever closes it. The
/// kernel gives it back when the process ends, however it ends.
final class SQLiteFileLock: Sendable {
    /// One that was told to end, or was killed, may not be quite gone.
    private static let patience = Duration.seconds(5)

    private let descriptor: Int32

    /// - Throws: `StoreError` of kind `.unavailable`.
    static func wait(for path: String) async throws -> SQLiteFileLock {
        // Whatever it is called here, it is one file.
        let file = URL(filePath: path).resolvingSymlinksInPath().path + ".lock"
        let end = ContinuousClock.now + patience
        while true {
            if let lock = try SQLiteFileLock(file) { return lock }
            guard ContinuousClock.now < end else {
                throw StoreError(.unavailable, "Another process serves the database \(path): it holds \(file).")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private init?(_ file: String) throws {
        descriptor = open(file, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(.unavailable, "\(file): \(String(cString: strerror(errno)))")
        }
        // A file system without locks can't say who else is there.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
