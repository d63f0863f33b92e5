import Agent
import AgentIdentity
import Fleet
import Foundation
import TestSupport
import Testing
import Transport

/// The program as an operator has it: a process that is started, asked and killed.
@Suite(.timeLimit(.minutes(2))) struct AgentProgramTests {
    private static let program = Program.url.deletingLastPathComponent().appending(path: "edgewright-agent")

    /// Runs it to its end, away from the threads of tasks.
    private func run(_ arguments: String..., input: String = "") async throws -> (status: Int32, output: String) {
        try await withTemporaryFolder { folder in
            // Files, and no pipes: programs that other tests start meanwhile would hold those open.
            let (output, given) = (folder.appending(path: "output"), folder.appending(path: "input"))
            try Data(input.utf8).write(to: given)
            return try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async {
                    continuation.resume(
                        with: Result {
                            let process = try start(arguments, output: output, input: given)
                            return (process.waitUntilExit(), try String(contentsOf: output, encoding: .utf8))
                        })
                }
            }
        }
    }

    private func start(_ arguments: [String], output: URL? = nil, input: URL? = nil) throws -> ChildProcess {
        var environment = ProcessInfo.processInfo.environment
        environment["EDGEWRIGHT_AGENT_TOKEN"] = "ewe_variable"
        if let output { _ = FileManager.default.createFile(atPath: output.path, contents: nil) }
        return try ChildProcess(
            Self.program, arguments, environment: environment,
            input: input.map { try FileHandle(forReadingFrom: $0) },
            output: output.map { try FileHandle(forWritingTo: $0) })
    }

    @Test func `wrong settings are named, and end it`() async throws {
        let wrong = try await run("run", "--config", "/dev/null", "--server", "ftp://edge.example")
        #expect(wrong.status == 64)
        #expect(wrong.output == "Error: server must begin with http:// or https://\n")
        let missing = try await run("--config", "/dev/null")
        #expect(missing.status == 64)
        #expect(missing.output.hasPrefix("Error: server is missing"))
        let unknown = try await run("--bogus")
        #expect(unknown.status == 64)
    }

    @Test func `a token is read from the standard input, and goes before that of the environment`() async throws {
        try await withTemporaryFolder { folder in
            let settings = folder.path + Installation.settingsFile
            func install(_ input: String) async throws -> (status: Int32, output: String) {
                try await run(
                    "install", "--prefix", folder.path, "--server", "https://edge.example", "--token-file", "-",
                    input: input)
            }
            let nothing = try await install(" \n")
            #expect(nothing.status == 64)
            #expect(nothing.output.contains("tokenFile is the standard input"))
            let done = try await install("ewe_piped\n")
            #expect(done.status == 0, "\(done.output)")
            let draft = try AgentSettingsDraft.read(file: settings)
            #expect(draft.token == "ewe_piped")
            #expect(draft.tokenFile == nil)
        }
    }

    @Test func `where no agent runs there is no status, and no key to tell of`() async throws {
        try await withTemporaryFolder { folder in
            let status = try await run("status", "--state", folder.path)
            #expect(status.status == 2)
            #expect(status.output == "No agent runs with the state folder \(folder.path).\n")
            let fingerprint = try await run("fingerprint", "--state", folder.path)
            #expect(fingerprint.status == 1)
            let key = try AgentKeyPair.load(from: StateFolder(folder.path).key)
            let known = try await run("fingerprint", "--state", folder.path)
            #expect(known.output == "\(key.fingerprint)\n")
        }
    }

    @Test func `killed and started again it is the same agent, and tells how it does`() async throws {
        let platform = ScriptedPlatform()
        try await withTemporaryFolder { folder in
            let arguments = ["run", "--config", "/dev/null", "--state", folder.path]
            try await platform.listening { port in
                let first = try start(arguments + ["--server", "http://127.0.0.1:\(port)"])
                _ = try await platform.nextTunnel()
                first.signal(SIGKILL)
                first.waitUntilExit()
                let second = try start(arguments + ["--server", "http://127.0.0.1:\(port)"])
                defer { second.signal(SIGKILL) }
                _ = try await platform.nextTunnel()
                #expect(platform.enrolments.map(\.token) == ["ewe_variable"])
                #expect(platform.instances.count == 2)
                try await eventually("it says that it is connected") {
                    try await run("status", "--state", folder.path).status == 0
                }
                let status = try await run("status", "--json", "--state", folder.path)
                let document = try JSONDecoder().decode(AgentStatus.self, from: Data(status.output.utf8))
                #expect(document.state == .connected)
                let rotated = try await run("rotate-key", "--config", "/dev/null", "--state", folder.path)
                #expect(rotated.status == 0)
                #expect(platform.known == [rotated.output.trimmingCharacters(in: .whitespacesAndNewlines)])
                // It dials anew with its new key; if it were refused by then, it would keep what it has.
                let latest = try await platform.nextTunnel()
                platform.interfere { _ in .status(503, headers: [("Retry-After", "60")]) }
                latest.close()
                try await eventually("it says that it is not connected") {
                    try await run("status", "--state", folder.path).status == 1
                }
                second.signal(SIGTERM)
                #expect(second.waitUntilExit() == 0)
                let gone = try await run("status", "--state", folder.path)
                #expect(gone.status == 2)
            }
        }
    }
}
