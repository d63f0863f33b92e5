import ArgumentParser
import Client
import Fleet

struct RetryBatchCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try again what failed or was cancelled.")

    @OptionGroup var batch: BatchArgument
    @OptionGroup var server: ServerArguments
    @OptionGroup var work: BatchFollowArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let changed = try await session.client.retryBatch(Identifier(rawValue: batch.id))
        try await work.follow(changed, session, output)
    }
}
