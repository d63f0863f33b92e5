import ArgumentParser
import Client
import Fleet

/// `edgewright rules`: which rules of a project run, and why the others do not.
struct RulesCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "List the rules of a project's services.",
        discussion: "As each service reported last, by service and id.")

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(help: "running or stopped; all when left out.")
    var state: RuleCondition?

    @OptionGroup var list: ListArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let (client, state) = (session.client, state)
        let project = try await session.project(project)
        let rules = try await session.collect(limit: list.bound) {
            try await client.listRules(in: project, state: state, $0)
        }
        try output.printList(rules, on: session.console)
    }
}
