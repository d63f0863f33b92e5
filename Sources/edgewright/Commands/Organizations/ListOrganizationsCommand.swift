import ArgumentParser
import Client
import Fleet

struct ListOrganizationsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the organizations you can see.", aliases: ["ls"])

    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let client = session.client
        let organizations = try await session.collect { try await client.listOrganizations($0) }
        try output.printList(organizations, on: session.console)
    }
}
