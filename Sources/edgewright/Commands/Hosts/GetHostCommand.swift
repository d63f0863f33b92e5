import ArgumentParser
import Client
import Fleet

struct GetHostCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show a host.", aliases: ["show"])

    @Argument(help: "The host, by id or name.")
    var host: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        try output.printOne(try await session.host(named: host, in: project), on: session.console)
    }
}
