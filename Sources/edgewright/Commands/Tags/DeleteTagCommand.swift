import ArgumentParser
import Client
import Fleet

struct DeleteTagCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a tag that no service has.", aliases: ["rm"])

    @Argument(help: "The tag, by id or name.")
    var tag: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    func run(_ session: ClientSession) async throws {
        let project = try await session.project(project)
        let tag = try await session.tag(named: tag, in: project)
        try await session.client.deleteTag(tag.id, in: project)
        session.console.say("Deleted the tag \(tag.name).\n")
    }
}
