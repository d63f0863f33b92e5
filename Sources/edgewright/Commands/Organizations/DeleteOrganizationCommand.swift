import ArgumentParser
import Client
import Fleet

struct DeleteOrganizationCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete an organization without projects.", aliases: ["rm"])

    @Argument(help: "The organization, by id or name.")
    var org: String

    @OptionGroup var server: ServerArguments

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    func run(_ session: ClientSession) async throws {
        let found = try await session.organization(named: org)
        try session.console.confirm("Delete the organization \(found.name)?", assumeYes: yes)
        try await session.client.deleteOrganization(found.id)
        session.console.say("Deleted the organization \(found.name).\n")
    }
}
