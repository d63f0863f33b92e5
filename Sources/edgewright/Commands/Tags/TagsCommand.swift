import ArgumentParser

/// `edgewright tags`: labels on services.
struct TagsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tags", abstract: "Manage a project's tags.",
        subcommands: [ListTagsCommand.self, CreateTagCommand.self, RenameTagCommand.self, DeleteTagCommand.self],
        aliases: ["tag"])
}
