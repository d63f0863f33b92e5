package import Foundation

/// The program as an operator runs it: a process of its own that can be killed.
package final class RunningProgram: Sendable {
    private let process: ChildProcess

    /// - Parameter output: a file for what it prints, both streams; thrown away without one.
    package init(_ arguments: [String], environment: [String: String] = [:], output: URL? = nil) throws {
        if let output { _ = FileManager.default.createFile(atPath: output.path, contents: nil) }
        process = try ChildProcess(
            Program.url, arguments, environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
            output: output.map { try FileHandle(forWritingTo: $0) })
    }

    /// Tells it something, as `kill` does.
    package func signal(_ signal: Int32) { process.signal(signal) }

    package func kill() {
        process.signal(SIGKILL)
        process.waitUntilExit()
    }

    /// Asks it to stop.
    /// - Returns: its exit status.
    package func stop() -> Int32 {
        process.signal(SIGTERM)
        return process.waitUntilExit()
    }

    /// Waits until it ends by itself, away from the threads of tasks.
    /// - Returns: its exit status.
    package func waitForEnd() async -> Int32 {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: self.process.waitUntilExit())
            }
        }
    }

    deinit { process.signal(SIGKILL) }
}

/// A TCP port that nobody listens on at the moment.
package func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
    }
    guard bound else { throw WorldError("there is no free port") }
    return Int(UInt16(bigEndian: address.sin_port))
}
