import ArgumentParser
import Client
import Fleet

struct TransferAgentCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "transfer", abstract: "Move an agent to another project.",
        discussion: "The services and hosts behind it move along.")

    @Argument(help: "The agent, by id, name or fingerprint.")
    var agent: String

    @Argument(help: "The project to move it to, by id or name.")
    var destination: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let found = try await session.agent(named: agent, in: project)
        let target = try await session.project(named: destination)
        let moved = try await session.client.transferAgent(found.id, TransferAgentRequest(projectId: target.id))
        try output.printOne(moved, on: session.console)
    }
}
