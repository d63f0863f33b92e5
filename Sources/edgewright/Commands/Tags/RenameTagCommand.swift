import ArgumentParser
import Client
import Fleet

struct RenameTagCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Rename a tag on all its services.")

    @Argument(help: "The tag, by id or name.")
    var tag: String

    @Argument(help: "Its new name.")
    var name: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let project = try await session.project(project)
        let tag = try await session.tag(named: tag, in: project)
        let renamed = try await session.client.renameTag(tag.id, in: project, TagRequest(name: name))
        try output.printOne(renamed, on: session.console)
    }
}
