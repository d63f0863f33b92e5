import ArgumentParser
import Client
import Fleet

struct EditAgentCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Edit an agent; what is not said stays.",
        discussion: "What it offers is said in its own settings, on its machine.")

    @Argument(help: "The agent, by id, name or fingerprint.")
    var agent: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(help: "Its new name.")
    var name: String?

    @Option(help: "What it is.")
    var description: String?

    @OptionGroup var output: OutputArguments

    func validate() throws {
        guard name != nil || description != nil else { throw ValidationError("Say what to change.") }
    }

    func run(_ session: ClientSession) async throws {
        let found = try await session.agent(named: agent, in: project)
        let changed = try await session.client.updateAgent(
            found.id, UpdateAgentRequest(name: name, description: description))
        try output.printOne(changed, on: session.console)
    }
}
