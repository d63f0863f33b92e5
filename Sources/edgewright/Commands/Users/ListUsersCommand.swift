import ArgumentParser
import Client
import Fleet

struct ListUsersCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the accounts that you administer.", aliases: ["ls"])

    @OptionGroup var server: ServerArguments

    @Option(name: .customLong("search"), help: ArgumentHelp("Part of the name or address.", valueName: "text"))
    var query: String?

    @OptionGroup var list: ListArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let (client, query) = (session.client, query)
        let users = try await session.collect(limit: list.bound) { try await client.listUsers(matching: query, $0) }
        try output.printList(users, on: session.console)
    }
}
