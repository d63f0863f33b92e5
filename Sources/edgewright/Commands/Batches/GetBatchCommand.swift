import ArgumentParser
import Client
import Fleet

struct GetBatchCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a batch.", aliases: ["get"])

    @OptionGroup var batch: BatchArgument
    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let found = try await session.client.getBatch(Identifier(rawValue: batch.id))
        try output.printOne(found, on: session.console)
    }
}
