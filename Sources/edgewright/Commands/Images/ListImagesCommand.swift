import ArgumentParser
import Client
import Fleet

struct ListImagesCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List images.", aliases: ["ls"])

    @OptionGroup var server: ServerArguments

    @Option(help: "Only those of this category.")
    var category: ServiceCategory?

    @Option(help: ArgumentHelp("Part of the reference or version.", valueName: "text"))
    var search: String?

    @OptionGroup var list: ListArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let (client, category, search) = (session.client, category, search)
        let images = try await session.collect(limit: list.bound) {
            try await client.listImages(of: category, matching: search, $0)
        }
        try output.printList(images, on: session.console)
    }
}
