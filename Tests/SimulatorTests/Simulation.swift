import Foundation
import TestSupport

/// `edgewright simulate`, running.
final class Simulation: Sendable {
    private let process: ChildProcess
    /// Where the first service is.
    let first: String

    /// Waits until all services listen.
    init(_ arguments: [String]) throws {
        let output = ChildProcess.makePipe()
        process = try ChildProcess(
            Program.url, ["simulate"] + arguments, output: output.fileHandleForWriting)
        try output.fileHandleForWriting.close()
        var text = ""
        while !text.contains("\n") {
            let part = output.fileHandleForReading.availableData
            guard !part.isEmpty else { throw WorldError("simulate ended: \(text)") }
            text += String(decoding: part, as: UTF8.self)
        }
        guard let url = text.firstMatch(of: /the first at (\S+)/)?.1 else { throw WorldError("simulate said: \(text)") }
        first = String(url)
    }

    /// Of a command that is not to start: its exit status, and what it said.
    static func refused(_ arguments: [String]) throws -> (status: Int32, text: String) {
        let (status, text) = try ChildProcess.run(Program.url, ["simulate"] + arguments)
        return (status, text)
    }

    /// Without a base path.
    var root: String { first.replacing("/edge-00001", with: "") }

    /// Counted from 1, up to 9; with one port for all.
    func api(_ number: Int) -> TestAPI { TestAPI(url: root + "/edge-0000\(number)", token: nil) }

    func residentMegabytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.identifier)/status", encoding: .utf8)
        guard let kilobytes = status.firstMatch(of: /VmRSS:\s+(\d+)/).flatMap({ Int($0.1) }) else {
            throw WorldError("the system does not tell how large the process is")
        }
        return kilobytes / 1024
    }

    /// Asks it to stop.
    /// - Returns: its exit status.
    func stop() -> Int32 {
        process.signal(SIGTERM)
        return process.waitUntilExit()
    }

    deinit { process.signal(SIGKILL) }
}
