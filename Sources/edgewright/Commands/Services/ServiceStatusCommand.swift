import ArgumentParser
import Client
import Fleet

struct ServiceStatusCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show a service's status and what it last said of itself.",
        discussion: "To ask the service now: edgewright services probe")

    @Argument(help: "The service, by id or name.")
    var service: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let found = try await session.service(named: service, in: project)
        try output.printOne(try await session.client.getServiceStatus(found.id), on: session.console)
    }
}
