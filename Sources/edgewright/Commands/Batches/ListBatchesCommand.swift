import ArgumentParser
import Client
import Fleet

struct ListBatchesCommand: ClientCommand {
    enum Part: String, EnumerableFlag {
        case open
        case over

        static func help(for part: Part) -> ArgumentHelp? {
            part == .open ? "Only those that are not over." : "Only those that are over."
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List a project's batches, the newest first.", aliases: ["ls"])

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Flag(exclusivity: .exclusive)
    var part: Part?

    @OptionGroup var list: ListArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let (client, open) = (session.client, part.map { $0 == .open })
        let project = try await session.project(project)
        let batches = try await session.collect(limit: list.bound) {
            try await client.listBatches(in: project, open: open, $0)
        }
        try output.printList(batches, on: session.console)
    }
}
