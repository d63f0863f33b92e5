import ArgumentParser
import Client
import Fleet

struct RevokeAgentCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Refuse an agent's key and cut it off, until it is restored.")

    @Argument(help: "The agent, by id, name or fingerprint.")
    var agent: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let found = try await session.agent(named: agent, in: project)
        try output.printOne(try await session.client.revokeAgent(found.id), on: session.console)
    }
}
