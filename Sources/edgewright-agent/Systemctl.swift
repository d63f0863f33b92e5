import Agent
import Fleet
import Foundation

/// The system's service manager.
enum Systemctl {
    /// - Returns: `nil` where nothing is to be started.
    /// - Throws: when something is, and it can't be.
    static func ifWanted(prefix: String?, noStart: Bool) throws -> Installation.Command? {
        guard prefix == nil else { return nil }
        guard geteuid() == 0 else {
            throw EdgewrightError(.permissionDenied, "Installing and removing needs root: try it with sudo.")
        }
        guard !noStart else { return nil }
        guard FileManager.default.fileExists(atPath: "/run/systemd/system") else {
            throw EdgewrightError(
                .unsupported,
                "systemd does not run here. Use --no-start, or have something else start: edgewright-agent run")
        }
        return run
    }

    @Sendable private static func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["systemctl"] + arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw EdgewrightError(.unavailable, "systemctl \(arguments.joined(separator: " ")) failed; see above.")
        }
    }
}
