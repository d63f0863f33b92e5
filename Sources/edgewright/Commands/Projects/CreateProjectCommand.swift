import ArgumentParser
import Client
import Fleet

struct CreateProjectCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a project.", aliases: ["add"])

    @Argument(help: "Its name.")
    var name: String

    @OptionGroup var server: ServerArguments

    @Option(help: "The organization, by id or name; not needed when you see only one.")
    var org: String?

    @Option(help: "What it is.")
    var description: String?

    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let organization = try await session.organization(named: org)
        let made = try await session.client.createProject(
            in: organization.id, CreateTenantRequest(name: name, description: description))
        try output.printOne(made, on: session.console)
    }
}
