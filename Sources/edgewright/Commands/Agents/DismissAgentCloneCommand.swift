import ArgumentParser
import Client
import Fleet

struct DismissAgentCloneCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "dismiss-clone", abstract: "Take back the warning that an agent's key is used in two places.",
        discussion: "It comes again as long as both are there: give one of them a key of its own.")

    @Argument(help: "The agent, by id, name or fingerprint.")
    var agent: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    func run(_ session: ClientSession) async throws {
        let found = try await session.agent(named: agent, in: project)
        try await session.client.dismissAgentClone(of: found.id)
        session.console.say("Dismissed the warning of the agent \(found.name.withoutControlCharacters).\n")
    }
}
