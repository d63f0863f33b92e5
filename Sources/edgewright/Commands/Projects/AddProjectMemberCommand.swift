import ArgumentParser
import Client
import Fleet

struct AddProjectMemberCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-member", abstract: "Make an account a member of a project, or change its role there.")

    @Argument(help: "The project, by id or name.")
    var project: String

    @Argument(help: "The account's e-mail address.")
    var email: String

    @OptionGroup var server: ServerArguments

    @Option(help: "user or projectAdmin.")
    var role = Role.user

    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let (client, found, address) = (session.client, try await session.project(named: project), email.lowercased())
        let members = try await session.collect { try await client.listProjectMembers(of: found.id, $0) }
        let member =
            if let present = members.first(where: { $0.email == address }) {
                try await client.setProjectMember(present.userId, in: found.id, GrantRequest(role: role))
            } else {
                try await client.addProjectMember(to: found.id, AddMemberRequest(email: address, role: role))
            }
        try output.printOne(member, on: session.console)
    }
}
