import ArgumentParser
import Client
import Fleet

/// `edgewright drivers`: which drivers of a project do not do what they should.
struct DriversCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "drivers", abstract: "List the drivers of a project's services.",
        discussion: "As each service reported last, by service and name.")

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(help: "connected, disconnected or notRunning; all when left out.")
    var state: DriverCondition?

    @Option(help: "south or north; both when left out.")
    var direction: DriverDirection?

    @OptionGroup var list: ListArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let (client, filter) = (session.client, DriverFilter(state: state, direction: direction))
        let project = try await session.project(project)
        let drivers = try await session.collect(limit: list.bound) {
            try await client.listDrivers(in: project, filter, $0)
        }
        try output.printList(drivers, on: session.console)
    }
}
