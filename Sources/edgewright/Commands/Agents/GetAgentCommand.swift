import ArgumentParser
import Client
import Fleet

struct GetAgentCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show an agent.", aliases: ["show"])

    @Argument(help: "The agent, by id, name or fingerprint.")
    var agent: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        try output.printOne(try await session.agent(named: agent, in: project), on: session.console)
    }
}
