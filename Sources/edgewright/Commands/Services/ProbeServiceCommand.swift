import ArgumentParser
import Client
import Fleet

struct ProbeServiceCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Ask a service now how it is.",
        discussion: "The exit code is 1 when it is not online.")

    @Argument(help: "The service, by id or name.")
    var service: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let found = try await session.service(named: service, in: project)
        let report = try await session.client.probeService(found.id)
        try output.printOne(report, on: session.console)
        guard report.status == .online else { throw CommandFailure(.failed) }
    }
}
