import ArgumentParser

/// `edgewright batches`: bulk changes, under way and past.
struct BatchesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batches", abstract: "Watch bulk changes and act on them.",
        discussion: """
            A batch is begun with edgewright services install, upgrade, start, stop, restart, repair, tag or delete, \
            and goes on by itself, whoever watches it.
            """,
        subcommands: [
            ListBatchesCommand.self, GetBatchCommand.self, ListBatchItemsCommand.self, WatchBatchCommand.self,
            PauseBatchCommand.self, ResumeBatchCommand.self, CancelBatchCommand.self, RetryBatchCommand.self,
            RollBackBatchCommand.self,
        ],
        aliases: ["batch"])
}

/// Which batch is meant.
struct BatchArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The batch, by id.", valueName: "batch"))
    var id: String

    func validate() throws {
        guard id.isIdentifier else {
            throw ValidationError("“\(id)” is not a batch's id; see: edgewright batches list")
        }
    }
}
