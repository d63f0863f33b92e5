import ArgumentParser
import Client
import Fleet

struct ListHostsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List a project's hosts.", aliases: ["ls"])

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(help: ArgumentHelp("Part of the name or address.", valueName: "text"))
    var search: String?

    @OptionGroup var list: ListArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let (client, search) = (session.client, search)
        let project = try await session.project(project)
        let hosts = try await session.collect(limit: list.bound) {
            try await client.listHosts(in: project, matching: search, $0)
        }
        try output.printList(hosts, on: session.console)
    }
}
