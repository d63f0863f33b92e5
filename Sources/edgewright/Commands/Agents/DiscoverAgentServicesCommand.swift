import ArgumentParser
import Client
import Fleet

struct DiscoverAgentServicesCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "discover", abstract: "Have an agent look at the well-known ports of its machine now.",
        discussion: """
            What it finds and does not offer is named in its own settings first, or it runs with --discover: it \
            forwards to nothing else.
            """)

    @Argument(help: "The agent, by id, name or fingerprint.")
    var agent: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let found = try await session.agent(named: agent, in: project)
        let discovery = try await session.client.discoverAgentServices(of: found.id)
        try output.printList(discovery.items, on: session.console)
    }
}
