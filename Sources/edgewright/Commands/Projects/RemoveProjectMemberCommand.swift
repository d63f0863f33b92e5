import ArgumentParser
import Client
import Fleet

struct RemoveProjectMemberCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove-member", abstract: "Take somebody's role in a project.")

    @Argument(help: "The project, by id or name.")
    var project: String

    @Argument(help: "The member, by id or e-mail address.")
    var member: String

    @OptionGroup var server: ServerArguments

    func run(_ session: ClientSession) async throws {
        let (client, found) = (session.client, try await session.project(named: project))
        let members = try await session.collect { try await client.listProjectMembers(of: found.id, $0) }
        let leaving = try session.member(named: member, among: members)
        try await client.removeProjectMember(leaving.userId, from: found.id)
        session.console.say("Removed \(leaving.email) from \(found.name).\n")
    }
}
