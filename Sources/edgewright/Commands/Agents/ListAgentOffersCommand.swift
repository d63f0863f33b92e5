import ArgumentParser
import Client
import Fleet

struct ListAgentOffersCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "offers", abstract: "List what an agent offers, and what has become of it.",
        discussion: "With --quiet the names alone are printed.")

    @Argument(help: "The agent, by id, name or fingerprint.")
    var agent: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Flag(help: "Only what is neither a service nor a host yet.")
    var new = false

    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let found = try await session.agent(named: agent, in: project)
        let offers = try await session.client.listAgentOffers(of: found.id).items
        try output.printList(new ? offers.filter(\.isNew) : offers, on: session.console)
    }
}
