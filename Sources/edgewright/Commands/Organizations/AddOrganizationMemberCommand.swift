import ArgumentParser
import Client
import Fleet

struct AddOrganizationMemberCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-member", abstract: "Make an account an admin of an organization.")

    @Argument(help: "The organization, by id or name.")
    var org: String

    @Argument(help: "The account's e-mail address.")
    var email: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let found = try await session.organization(named: org)
        let member = try await session.client.addOrganizationMember(
            to: found.id, AddMemberRequest(email: email, role: .orgAdmin))
        try output.printOne(member, on: session.console)
    }
}
