import ArgumentParser
import Client
import Fleet

struct CreateOrganizationCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make an organization.", aliases: ["add"])

    @Argument(help: "Its name.")
    var name: String

    @OptionGroup var server: ServerArguments

    @Option(help: "What it is.")
    var description: String?

    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let made = try await session.client.createOrganization(
            CreateTenantRequest(name: name, description: description))
        try output.printOne(made, on: session.console)
    }
}
