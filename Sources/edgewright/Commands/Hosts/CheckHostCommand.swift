import ArgumentParser
import Client
import Fleet

struct CheckHostCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Ask a host whether it answers, and what it has.",
        discussion: "The exit code is 1 when it does not answer. To test one before it is added: hosts add --check")

    @Argument(help: "The host, by id or name.")
    var host: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let found = try await session.host(named: host, in: project)
        try output.conclude(try await session.client.checkHost(found.id), on: session.console)
    }
}
