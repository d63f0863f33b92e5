import ArgumentParser
import Client
import Fleet

struct GetServiceCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show a service.", aliases: ["show"])

    @Argument(help: "The service, by id or name.")
    var service: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let found = try await session.service(named: service, in: project)
        try output.printOne(found, on: session.console)
    }
}
