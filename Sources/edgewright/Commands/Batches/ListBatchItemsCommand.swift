import ArgumentParser
import Client
import Fleet

struct ListBatchItemsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "items", abstract: "List the targets of a batch, with what became of each.",
        discussion: "With --quiet the ids of their services, for another command to work on.")

    @OptionGroup var batch: BatchArgument
    @OptionGroup var server: ServerArguments

    @Option(help: "Only those in this state.")
    var state: BatchItemState?

    @OptionGroup var list: ListArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let (client, state) = (session.client, state)
        let id = Identifier<Batch>(rawValue: batch.id)
        let items = try await session.collect(limit: list.bound) {
            try await client.listBatchItems(of: id, state: state, $0)
        }
        try output.printList(items, on: session.console)
    }
}
