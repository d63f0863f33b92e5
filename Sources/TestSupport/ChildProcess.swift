package import Foundation
import Synchronization

/// A program that a test has started.
///
/// Not Foundation's `Process`: on Linux, Swift 6.3's reads behind the end of a buffer when this process holds more than
/// some 1,350 files, as it does while a thousand agents are connected, and crashes once in a while
/// (swiftlang/swift-corelibs-foundation#5472).
package final class ChildProcess: Sendable {
    /// Its process id.
    package let identifier: pid_t
    /// No pipe is made while a program is started, which would have its ends too.
    private static let starting = Mutex(())
    /// Once it has ended and was asked for: its id may be another's by then.
    private let status = Mutex<Int32?>(nil)

    /// - Parameters:
    ///   - executable: with its whole path.
    ///   - environment: all of it; without one, what this process has.
    ///   - input: what it reads; nothing without one.
    ///   - output: where both of its streams go; thrown away without one.
    ///   - errors: where the second of them goes when not to `output`.
    /// - Throws: `POSIXError`
    package init(
        _ executable: URL, _ arguments: [String], environment: [String: String]? = nil,
        input: FileHandle? = nil, output: FileHandle? = nil, errors: FileHandle? = nil
    ) throws {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        let streams = [input, output, errors ?? output]
        for (number, stream) in streams.enumerated() {
            let step =
                if let stream {
                    posix_spawn_file_actions_adddup2(&files, stream.fileDescriptor, Int32(number))
                } else {
                    posix_spawn_file_actions_addopen(&files, Int32(number), "/dev/null", O_RDWR, 0)
                }
            try Self.check(step)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, so that Ctrl-C is for the tests alone; and no signal that this process ignores or blocks.
        var signals = sigset_t()
        sigemptyset(&signals)
        try Self.check(posix_spawnattr_setsigmask(&attributes, &signals))
        sigfillset(&signals)
        try Self.check(posix_spawnattr_setsigdefault(&attributes, &signals))
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        try Self.check(posix_spawnattr_setflags(&attributes, Int16(flags)))

        let variables = (environment ?? ProcessInfo.processInfo.environment).map { "\($0)=\($1)" }
        var started: pid_t = 0
        try withCStrings([executable.path] + arguments) { words in
            try withCStrings(variables) { variables in
                try Self.starting.withLock { _ in
                    Self.keepOpenFiles()
                    try Self.check(posix_spawn(&started, executable.path, &files, &attributes, words, variables))
                }
            }
        }
        identifier = started
        withExtendedLifetime(streams) {}
    }

    /// Until somebody has waited for its end.
    package var isRunning: Bool { status.withLock { $0 == nil } }

    /// Tells it something, as `kill` does; nothing once its end was seen.
    package func signal(_ signal: Int32) {
        status.withLock { if $0 == nil { _ = kill(identifier, signal) } }
    }

    /// Blocks until it has ended.
    /// - Returns: its exit status, or the signal that ended it.
    @discardableResult
    package func waitUntilExit() -> Int32 {
        var seen = siginfo_t()
        // It stays a zombie, whose id is nobody else's, until the lock is held.
        while waitid(P_PID, id_t(identifier), &seen, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        return status.withLock { status in
            if let status { return status }
            var raw: Int32 = 0
            while waitpid(identifier, &raw, 0) < 0 && errno == EINTR {}
            let ended = raw & 0x7f == 0 ? (raw >> 8) & 0xff : raw & 0x7f
            status = ended
            return ended
        }
    }

    /// For a program's streams; no other program has its ends.
    package static func makePipe() -> Pipe {
        starting.withLock { _ in
            let pipe = Pipe()
            for handle in [pipe.fileHandleForReading, pipe.fileHandleForWriting] {
                _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC)
            }
            return pipe
        }
    }

    /// Runs a program to its end; blocks.
    /// - Returns: its exit status and what it wrote, both streams.
    package static func run(
        _ executable: URL, _ arguments: [String], environment: [String: String]? = nil
    ) throws -> (status: Int32, output: String) {
        let pipe = makePipe()
        let process = try ChildProcess(
            executable, arguments, environment: environment, output: pipe.fileHandleForWriting)
        try pipe.fileHandleForWriting.close()
        let said = try pipe.fileHandleForReading.readToEnd() ?? Data()
        return (process.waitUntilExit(), String(decoding: said, as: UTF8.self))
    }

    /// What this process has open is not the program's; what Foundation opens would be.
    private static func keepOpenFiles() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            if let descriptor = Int32(name), descriptor > 2 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        }
    }

    private static func check(_ error: Int32) throws {
        guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EINVAL) }
    }
}

/// As `execve` takes them.
private func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) throws -> Result
) rethrows -> Result {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return try body(copies + [nil])
}
