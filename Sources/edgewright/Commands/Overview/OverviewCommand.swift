import ArgumentParser
import Client
import Fleet

/// `edgewright overview`: the counts of a project.
struct OverviewCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "overview", abstract: "Show a project's services, drivers, rules and tags in figures.")

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let project = try await session.project(project)
        try output.printOne(try await session.client.getOverview(of: project), on: session.console)
    }
}
