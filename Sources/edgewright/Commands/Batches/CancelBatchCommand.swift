import ArgumentParser
import Client
import Fleet

struct CancelBatchCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Begin nothing new any more.",
        discussion: "What is under way is finished; what was done stays done.")

    @OptionGroup var batch: BatchArgument
    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let changed = try await session.client.cancelBatch(Identifier(rawValue: batch.id))
        try output.printOne(changed, on: session.console)
    }
}
