import Foundation

/// A real Docker engine from Debian's package, shared by the tests of this process, with images of simulated services.
///
/// A shell holds it as it holds the tests' PostgreSQL: it waits for the end of its standard input, which comes when this
/// process ends in whatever way, and then stops the engine and removes its files.
package struct DockerWorld: Sendable {
    /// `unix:///…`
    package let address: String
    /// Where it also listens on 127.0.0.1, for clients that `TestCertificates` has a certificate of.
    package let tlsPort: Int
    /// Tells 3.6.0, 3.7.0; answers nothing; ends at once with a message.
    package static let image = "edgewright-sim:3.6.0"
    package static let newerImage = "edgewright-sim:3.7.0"
    package static let mute = "edgewright-sim:mute"
    package static let crashing = "edgewright-sim:crashing"

    package var socket: String { String(address.dropFirst("unix://".count)) }

    /// - Throws: with what the engine said when it can't run here; it needs root.
    package static func shared() async throws -> DockerWorld { try await SharedDocker.instance.world() }

    /// Runs Docker's own client against the engine.
    /// - Returns: what it wrote.
    @discardableResult
    package func docker(_ arguments: String...) async throws -> String { try await run(arguments) }

    /// On a busy machine the kernel may take longer to freeze it than the engine waits.
    package func pause(_ container: String) async throws {
        for _ in 1..<5 where (try? await docker("pause", container)) != nil { return }
        try await docker("pause", container)
    }

    @discardableResult
    package func run(_ arguments: [String], client: [String] = []) async throws -> String {
        try await Shell.run(["docker", "--host", address] + client + arguments)
    }
}

/// Starts the engine when the first test asks for it.
private actor SharedDocker {
    static let instance = SharedDocker()
    private var starting: Task<DockerWorld, any Error>?

    func world() async throws -> DockerWorld {
        let task = starting ?? Task { try await Self.start() }
        starting = task
        return try await task.value
    }

    /// Its writing end is never closed while this process lives.
    private static let lifeline = ChildProcess.makePipe()

    private static func start() async throws -> DockerWorld { try await DockerWorld.start(heldBy: lifeline).world }
}

/// Runs an engine of its own, whose disk is small.
/// - Parameter size: as `mount` takes it: `900m`. Its images take 210 MB.
package func withSmallDocker(size: String, _ body: (DockerWorld) async throws -> Void) async throws {
    let lifeline = ChildProcess.makePipe()
    let (world, shell) = try await DockerWorld.start(heldBy: lifeline, ["EDGEWRIGHT_DOCKER_SIZE": size])
    defer {
        try? lifeline.fileHandleForWriting.close()
        shell.waitUntilExit()
    }
    try await body(world)
}

extension DockerWorld {
    /// Where it keeps everything.
    package var disk: String { (socket as NSString).deletingLastPathComponent + "/data" }

    fileprivate static func start(
        heldBy lifeline: Pipe, _ environment: [String: String] = [:]
    ) async throws -> (world: DockerWorld, shell: ChildProcess) {
        let certificates = try certificateFolder()
        defer { try? FileManager.default.removeItem(at: certificates) }
        let tlsPort = try freePort()
        let settings = [
            "EDGEWRIGHT_BIN": Program.url.path, "EDGEWRIGHT_DOCKER_TLS": "\(tlsPort):\(certificates.path)",
        ]
        let output = ChildProcess.makePipe()
        let shell = try ChildProcess(
            URL(filePath: "/bin/bash"), [scripts.appending(path: "with-docker.sh").path, "hold"],
            environment: ProcessInfo.processInfo.environment.merging(settings) { $1 }.merging(environment) { $1 },
            input: lifeline.fileHandleForReading, output: output.fileHandleForWriting, errors: .standardError)
        try output.fileHandleForWriting.close()
        let said = await Shell.firstLine(of: output.fileHandleForReading)
        guard said.hasPrefix("unix://") else {
            throw WorldError("The tests need a Docker engine, and none started: \(said)")
        }
        return (DockerWorld(address: said, tlsPort: tlsPort), shell)
    }

    private static func certificateFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ew-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let certificates = TestCertificates.shared
        for (name, text) in [
            ("ca.pem", certificates.authority), ("server.pem", certificates.server),
            ("server.key", certificates.serverKey),
        ] {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        return folder
    }

    private static var scripts: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../scripts").standardized
    }
}

/// Runs programs to their end, away from the threads of tasks.
enum Shell {
    static func run(_ command: [String]) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                do {
                    let (status, said) = try ChildProcess.run(URL(filePath: "/usr/bin/env"), command)
                    guard status == 0 else {
                        throw WorldError("\(command.joined(separator: " ")) failed: \(said)")
                    }
                    continuation.resume(returning: said.trimmingCharacters(in: .whitespacesAndNewlines))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    /// What is said up to the end of a line, or of everything.
    static func firstLine(of handle: FileHandle) async -> String {
        await withCheckedContinuation { continuation in
            // Reading blocks, and tasks' threads must not.
            DispatchQueue.global().async {
                var text = ""
                while !text.contains("\n") {
                    let data = handle.availableData
                    guard !data.isEmpty else { break }
                    text += String(decoding: data, as: UTF8.self)
                }
                continuation.resume(returning: text.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }
    }
}
