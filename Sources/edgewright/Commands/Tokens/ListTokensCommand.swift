import ArgumentParser
import Client
import Fleet

struct ListTokensCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List your API tokens.", aliases: ["ls"])

    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let client = session.client
        let tokens = try await session.collect { try await client.listTokens($0) }
        try output.printList(tokens, on: session.console)
    }
}
