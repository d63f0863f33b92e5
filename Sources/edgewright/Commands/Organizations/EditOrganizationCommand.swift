import ArgumentParser
import Client
import Fleet

struct EditOrganizationCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Rename or describe an organization.")

    @Argument(help: "The organization, by id or name.")
    var org: String

    @OptionGroup var server: ServerArguments

    @Option(help: "Its new name.")
    var name: String?

    @Option(help: "What it is.")
    var description: String?

    @OptionGroup var output: OutputArguments

    func validate() throws {
        guard name != nil || description != nil else { throw ValidationError("Say what to change.") }
    }

    func run(_ session: ClientSession) async throws {
        let found = try await session.organization(named: org)
        let changed = try await session.client.updateOrganization(
            found.id, UpdateTenantRequest(name: name, description: description))
        try output.printOne(changed, on: session.console)
    }
}
