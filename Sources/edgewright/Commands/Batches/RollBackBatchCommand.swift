import ArgumentParser
import Client
import Fleet

struct RollBackBatchCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Undo what an install or an upgrade has done.",
        discussion: "New services are taken away again; upgraded ones go back to the image they had, the last first.")

    @OptionGroup var batch: BatchArgument
    @OptionGroup var server: ServerArguments
    @OptionGroup var work: BatchFollowArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let changed = try await session.client.rollBackBatch(Identifier(rawValue: batch.id))
        try await work.follow(changed, session, output, wanted: .rolledBack)
    }
}
