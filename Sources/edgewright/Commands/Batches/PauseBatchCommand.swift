import ArgumentParser
import Client
import Fleet

struct PauseBatchCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Begin nothing new until the batch is resumed.",
        discussion: "What is under way is finished.")

    @OptionGroup var batch: BatchArgument
    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let changed = try await session.client.pauseBatch(Identifier(rawValue: batch.id))
        try output.printOne(changed, on: session.console)
    }
}
