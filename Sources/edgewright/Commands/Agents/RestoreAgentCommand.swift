import ArgumentParser
import Client
import Fleet

struct RestoreAgentCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Let an agent in again whose key was refused.")

    @Argument(help: "The agent, by id, name or fingerprint.")
    var agent: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let found = try await session.agent(named: agent, in: project)
        try output.printOne(try await session.client.restoreAgent(found.id), on: session.console)
    }
}
