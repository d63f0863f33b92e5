import ArgumentParser
import Client
import Fleet

/// Whether a command waits for the batch that it has set going.
struct BatchFollowArguments: ParsableArguments {
    enum Following: String, EnumerableFlag {
        case wait
        case detach

        static func help(for following: Following) -> ArgumentHelp? {
            switch following {
            case .wait: "Watch the batch until it is over or paused; on a terminal that is the default."
            case .detach: "Print the batch's id and leave it to itself."
            }
        }
    }

    @Flag(exclusivity: .exclusive)
    var following: Following?
}

extension BatchFollowArguments {
    /// Watches the batch, or prints it, as was asked for.
    ///
    /// - Parameters:
    ///   - wanted: the end that counts as success.
    ///   - byDefault: whether to wait where nothing was said; on a terminal when `nil`.
    /// - Throws: `CommandFailure` when it was waited for and did not end as wanted.
    func follow(
        _ batch: Batch, _ session: ClientSession, _ output: OutputArguments, wanted: BatchState = .succeeded,
        byDefault: Bool? = nil
    ) async throws {
        let console = session.console
        guard following.map({ $0 == .wait }) ?? byDefault ?? console.outputIsTerminal else {
            let isPlain = output.output == .table
            return isPlain ? try console.print("\(batch.id)\n") : try output.printOne(batch, on: console)
        }
        let isAnswerLast = output.output != .table
        if output.quiet { try console.print("\(batch.id)\n") }
        output.say(
            "Batch \(batch.id). It goes on when you stop watching; see it again with: edgewright batches watch \(batch.id)",
            on: console)
        let watch = BatchWatch(
            session: session, display: output.quiet ? .nothing : isAnswerLast ? .barOnly : .progress, wanted: wanted)
        let end = try await watch.follow(batch.id)
        if isAnswerLast, !output.quiet { try output.printOne(end, on: console) }
        try await watch.conclude(end)
    }
}
