import ArgumentParser
import Client
import Fleet

struct ListProjectsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the projects you can see.", aliases: ["ls"])

    @OptionGroup var server: ServerArguments

    @Option(help: "Only those of this organization, by id or name.")
    var org: String?

    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let client = session.client
        guard let org else {
            let projects = try await session.collect { try await client.listProjects($0) }
            return try output.printList(projects, on: session.console)
        }
        let found = try await session.organization(named: org)
        let projects = try await session.collect { try await client.listOrganizationProjects(of: found.id, $0) }
        try output.printList(projects, on: session.console)
    }
}
