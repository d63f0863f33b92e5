import ArgumentParser
import Client
import Fleet

struct InspectContainerCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "container", abstract: "Show a hosted service's container as its host says it is now.")

    @Argument(help: "The service, by id or name.")
    var service: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let found = try await session.service(named: service, in: project)
        try output.printOne(try await session.client.inspectContainer(of: found.id), on: session.console)
    }
}
