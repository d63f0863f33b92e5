import ArgumentParser
import Client
import Fleet

struct GetOrganizationCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show an organization.", aliases: ["show"])

    @Argument(help: "The organization, by id or name.")
    var org: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        try output.printOne(try await session.organization(named: org), on: session.console)
    }
}
