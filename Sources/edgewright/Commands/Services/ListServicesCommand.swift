import ArgumentParser
import Client
import Fleet

struct ListServicesCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List services.", aliases: ["ls"])

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var filter: ServiceFilterArguments

    @Option(
        // Else a value with “-” in front is taken for an option.
        parsing: .unconditional,
        help: ArgumentHelp(
            "name, category, status, statusSince, version or createdAt; descending with “-” in front.",
            valueName: "key"))
    var sort = ServiceSort.byName

    @OptionGroup var list: ListArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let (client, sort) = (session.client, sort)
        let project = try await session.project(project)
        let filter = try await filter.filter(session, in: project)
        let services = try await session.collect(limit: list.bound) {
            try await client.listServices(in: project, filter, sort: sort, $0)
        }
        try output.printList(services, on: session.console)
    }
}
