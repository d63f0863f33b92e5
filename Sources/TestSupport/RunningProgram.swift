package import Foundation

/// The program as an operator runs it: a process of its own that can be killed.
package final class RunningProgram: @unchecked Sendable {
    // `@unchecked`: a process is started in `init` and afterwards only signalled and waited for, which Foundation's
    // Process allows from any thread.
    private let process: Process

    /// - Parameter output: a file for what it prints, both streams; thrown away without one.
    package init(_ arguments: [String], environment: [String: String] = [:], output: URL? = nil) throws {
        process = Process()
        process.executableURL = Program.url
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var stream = FileHandle.nullDevice
        if let output {
            _ = FileManager.default.createFile(atPath: output.path, contents: nil)
            stream = try FileHandle(forWritingTo: output)
        }
        process.standardOutput = stream
        process.standardError = stream
        try process.run()
    }

    /// Tells it something, as `kill` does.
    package func signal(_ signal: Int32) { Foundation.kill(process.processIdentifier, signal) }

    package func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Asks it to stop.
    /// - Returns: its exit status.
    package func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Waits until it ends by itself, away from the threads of tasks.
    /// - Returns: its exit status.
    package func waitForEnd() async -> Int32 {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                self.process.waitUntilExit()
                continuation.resume(returning: self.process.terminationStatus)
            }
        }
    }

    deinit { if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) } }
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
