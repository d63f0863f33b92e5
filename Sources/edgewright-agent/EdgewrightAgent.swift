import Agent
import ArgumentParser
import Fleet
import Foundation

/// The agent's command line. All that it does is in `Agent`.
@main
struct EdgewrightAgent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edgewright-agent",
        abstract: "Lets an Edgewright platform reach the edge services of a machine behind NAT.",
        discussion: """
            It dials out to the platform and forwards to what its settings offer, and to nothing else. Settings are in \
            \(AgentSettings.defaultFile) or given as options; an option goes before the file.

            Exit codes: 0 done, 1 failed, 64 wrong usage. Of status: 0 connected, 1 running but not connected, 2 not \
            running.
            """,
        version: AgentProgram.version,
        subcommands: [
            RunCommand.self, InstallCommand.self, UninstallCommand.self, StatusCommand.self, DiscoverCommand.self,
            RotateKeyCommand.self, FingerprintCommand.self,
        ],
        defaultSubcommand: RunCommand.self)

    static func main() async {
        // Whoever reads what it writes may go away.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as EdgewrightError {
            fail(error.message, status: error.code == .invalidInput ? 64 : 1)
        } catch {
            exit(withError: error)
        }
    }

    private static func fail(_ message: String, status: Int32) -> Never {
        writeToStandardError(Data("Error: \(message.oneLine)\n".utf8))
        Foundation.exit(status)
    }
}
