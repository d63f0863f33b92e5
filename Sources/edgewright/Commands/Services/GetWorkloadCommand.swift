import ArgumentParser
import Client
import Fleet

struct GetWorkloadCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "workload", abstract: "Show what a hosted service is to be on its host, and what differs.")

    @Argument(help: "The service, by id or name.")
    var service: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let found = try await session.service(named: service, in: project)
        try output.printOne(try await session.client.getWorkload(of: found.id), on: session.console)
    }
}
