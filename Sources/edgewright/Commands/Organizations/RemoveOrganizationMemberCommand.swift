import ArgumentParser
import Client
import Fleet

struct RemoveOrganizationMemberCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove-member", abstract: "Take all roles in an organization and its projects from somebody.")

    @Argument(help: "The organization, by id or name.")
    var org: String

    @Argument(help: "The member, by id or e-mail address.")
    var member: String

    @OptionGroup var server: ServerArguments

    func run(_ session: ClientSession) async throws {
        let (client, found) = (session.client, try await session.organization(named: org))
        let members = try await session.collect { try await client.listOrganizationMembers(of: found.id, $0) }
        let leaving = try session.member(named: member, among: members)
        try await client.removeOrganizationMember(leaving.userId, from: found.id)
        session.console.say("Removed \(leaving.email) from \(found.name).\n")
    }
}
