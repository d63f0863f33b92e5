import ArgumentParser
import Client
import Fleet

struct ListEnrollmentTokensCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List a project's enrolment tokens, the newest first.", aliases: ["ls"])

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var list: ListArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let client = session.client
        let project = try await session.project(project)
        let tokens = try await session.collect(limit: list.bound) {
            try await client.listEnrollmentTokens(in: project, $0)
        }
        try output.printList(tokens, on: session.console)
    }
}
