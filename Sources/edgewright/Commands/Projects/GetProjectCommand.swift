import ArgumentParser
import Client
import Fleet

struct GetProjectCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show a project.", aliases: ["show"])

    @Argument(help: "The project, by id or name.")
    var project: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        try output.printOne(try await session.project(named: project), on: session.console)
    }
}
