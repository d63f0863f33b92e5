import ArgumentParser
import Client
import Fleet

struct ResumeBatchCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Go on with a paused batch.",
        discussion: "Failures so far are taken note of: only further ones stop it again.")

    @OptionGroup var batch: BatchArgument
    @OptionGroup var server: ServerArguments
    @OptionGroup var work: BatchFollowArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let changed = try await session.client.resumeBatch(Identifier(rawValue: batch.id))
        try await work.follow(changed, session, output)
    }
}
