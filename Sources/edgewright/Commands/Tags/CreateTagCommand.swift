import ArgumentParser
import Client
import Fleet

struct CreateTagCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a tag.", aliases: ["add"])

    @Argument(help: "Its name.")
    var name: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let project = try await session.project(project)
        let tag = try await session.client.createTag(in: project, TagRequest(name: name))
        try output.printOne(tag, on: session.console)
    }
}
