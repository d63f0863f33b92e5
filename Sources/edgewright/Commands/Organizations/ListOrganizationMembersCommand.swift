import ArgumentParser
import Client
import Fleet

struct ListOrganizationMembersCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "List an organization's members, each with their highest role in it.")

    @Argument(help: "The organization, by id or name.")
    var org: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let (client, found) = (session.client, try await session.organization(named: org))
        let members = try await session.collect { try await client.listOrganizationMembers(of: found.id, $0) }
        try output.printList(members, on: session.console)
    }
}
