import ArgumentParser
import Client
import Fleet

struct WatchBatchCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follow a batch until it is over or paused.",
        discussion: """
            A bar on a terminal, else a line whenever something has changed; with --output json one JSON object a \
            line. The exit code is 0 when all is done, 1 when the batch failed, was cancelled or rolled back, 2 when \
            a part of its targets failed, 6 when it is paused. To stop watching does not stop the batch.
            """)

    @OptionGroup var batch: BatchArgument
    @OptionGroup var server: ServerArguments

    @Option(name: .shortAndLong, help: "table or json.")
    var output = OutputFormat.table

    func validate() throws {
        guard [.table, .json].contains(output) else { throw ValidationError("--output must be table or json.") }
    }

    func run(_ session: ClientSession) async throws {
        let watch = BatchWatch(session: session, display: output == .json ? .events : .progress)
        try await watch.conclude(try await watch.follow(Identifier(rawValue: batch.id)))
    }
}
