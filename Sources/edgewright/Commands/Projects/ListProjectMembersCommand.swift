import ArgumentParser
import Client
import Fleet

struct ListProjectMembersCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "members", abstract: "List a project's members.")

    @Argument(help: "The project, by id or name.")
    var project: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let (client, found) = (session.client, try await session.project(named: project))
        let members = try await session.collect { try await client.listProjectMembers(of: found.id, $0) }
        try output.printList(members, on: session.console)
    }
}
