import ArgumentParser
import Client
import Fleet

struct ListRegistriesCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List registries.", aliases: ["ls"])

    @OptionGroup var server: ServerArguments
    @OptionGroup var list: ListArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let client = session.client
        let registries = try await session.collect(limit: list.bound) { try await client.listRegistries($0) }
        try output.printList(registries, on: session.console)
    }
}
