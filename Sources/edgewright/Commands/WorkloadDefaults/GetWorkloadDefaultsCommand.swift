import ArgumentParser
import Client
import Fleet

struct GetWorkloadDefaultsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show the defaults of one category or of all.",
        discussion: """
            To change them: edgewright workload-defaults get neuronex -o yaml > FILE, then \
            edgewright workload-defaults set FILE
            """,
        aliases: ["list", "ls"])

    @Argument(help: "neuronex, neuron, ekuiper or custom.")
    var category: ServiceCategory?

    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let all = try await session.client.listWorkloadDefaults()
        guard let category else { return try output.printList(all, on: session.console) }
        guard let found = all.first(where: { $0.category == category }) else {
            throw CommandFailure(.notFound, "There are no defaults for \(category.rawValue).")
        }
        try output.printOne(found, on: session.console)
    }
}
