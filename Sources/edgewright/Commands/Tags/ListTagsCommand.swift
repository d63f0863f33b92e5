import ArgumentParser
import Client
import Fleet

struct ListTagsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List a project's tags.", aliases: ["ls"])

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(name: .customLong("search"), help: ArgumentHelp("Part of the name.", valueName: "text"))
    var query: String?

    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let (client, query) = (session.client, query)
        let project = try await session.project(project)
        let tags = try await session.collect { try await client.listTags(in: project, matching: query, $0) }
        try output.printList(tags, on: session.console)
    }
}
