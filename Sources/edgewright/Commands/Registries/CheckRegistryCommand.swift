import ArgumentParser
import Client
import Fleet

struct CheckRegistryCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Test whether a registry lets the platform in.",
        discussion: "The exit code is 1 when it does not.")

    @Argument(help: "The registry, by id, name or address.")
    var registry: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let found = try await session.registry(named: registry)
        try output.conclude(try await session.client.checkRegistry(found.id), on: session.console)
    }
}
