import Client
import Fleet
import Foundation

/// Follows a batch until it is over or waits for a person.
struct BatchWatch: Sendable {
    enum Display: Sendable, Equatable {
        /// A bar where a person looks, else lines on standard output.
        case progress
        /// A bar where a person looks, else nothing: the answer is printed at the end.
        case barOnly
        /// Each state as one line of JSON on standard output.
        case events
        case nothing
    }

    /// About five minutes without a word from the server.
    private static let reconnecting = RetryPolicy(
        attempts: 15, firstDelay: .milliseconds(500), longestDelay: .seconds(30))
    /// Of the targets that failed, so many are named.
    private static let namedFailures = 20

    let session: ClientSession
    var display = Display.progress
    /// The end that counts as success.
    var wanted = BatchState.succeeded

    /// The batch as it is when there is nothing more to see.
    func follow(_ id: Identifier<Batch>) async throws -> Batch {
        let screen = Screen(display: display, console: session.console)
        defer { screen.clear() }
        var generator = SystemRandomNumberGenerator()
        var failed = 0
        while true {
            do {
                for try await batch in try await session.client.streamBatchEvents(of: id) {
                    failed = 0
                    try screen.show(batch)
                    if batch.state.isFinal || batch.state == .paused { return batch }
                }
                failed += 1
            } catch let error where Self.mayPass(error) {
                failed += 1
                guard Self.reconnecting.attempts > failed else { throw error }
                screen.clear()
                session.console.warn("\(FailureReport(error)?.message ?? "\(error)") Connecting again.\n")
            }
            let pause = Self.reconnecting.delay(after: failed, retryAfter: nil, using: &generator)
            try await Task.sleep(for: pause ?? Self.reconnecting.longestDelay)
        }
    }

    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case let broken as APIConnectionError: broken.kind != .untrusted && broken.kind != .notUnderstood
        case let problem as APIProblem: (502...504).contains(problem.status)
        default: false
        }
    }

    /// Says how it ended.
    /// - Throws: `CommandFailure` unless it ended as wanted.
    func conclude(_ batch: Batch) async throws {
        if batch.counts.failed > 0 { try await tellFailures(batch) }
        let counts = batch.counts
        guard batch.state != wanted else {
            let skipped = counts.skipped > 0 ? ", \(counts.skipped) skipped" : ""
            let done = wanted == .rolledBack ? "\(counts.rolledBack) rolled back" : "\(counts.succeeded) done"
            return session.console.say("Batch \(batch.id): \(done) of \(counts.total)\(skipped).\n")
        }
        throw failure(batch)
    }

    private func failure(_ batch: Batch) -> CommandFailure {
        let why = batch.reason.isEmpty ? "." : ": \(batch.reason)"
        let counts = batch.counts
        switch batch.state {
        case .paused:
            return CommandFailure(.paused, "The batch is paused\(why)", advice: Self.waysOn(batch))
        case .failed:
            return CommandFailure(
                counts.succeeded > 0 ? .partlyFailed : .failed,
                "\(counts.failed) of \(counts.total) targets failed.",
                advice: "Try those again with: edgewright batches retry \(batch.id)")
        case .cancelled:
            return CommandFailure(.failed, "The batch was cancelled\(why)")
        case .rolledBack:
            return CommandFailure(.failed, "The batch was rolled back\(why)")
        case .succeeded:
            return CommandFailure(.failed, "The batch was carried out; nothing was rolled back.")
        case .pending, .running:
            return CommandFailure(.failed, "The batch goes on.")
        }
    }

    private static func waysOn(_ batch: Batch) -> String {
        let commands = [
            ("Go on", "resume"), ("Try again what failed", "retry"), ("Stop it", "cancel"),
        ]
        let undo = batch.kind.canRollBack ? [("Undo what was done", "rollback")] : []
        return (commands + undo).map { "\($0.0): edgewright batches \($0.1) \(batch.id)" }.joined(separator: "\n")
    }

    private func tellFailures(_ batch: Batch) async throws {
        let items = try await session.client.listBatchItems(
            of: batch.id, state: .failed, .of(Self.namedFailures)
        ).items
        let hasHosts = items.contains { $0.hostName != nil }
        let rows = items.map { [$0.name] + (hasHosts ? [$0.hostName ?? ""] : []) + [$0.reason] }
        let titles = ["SERVICE"] + (hasHosts ? ["HOST"] : []) + ["REASON"]
        session.console.warn(TextTable(titles: titles, rows: rows).text(styled: false))
        if batch.counts.failed > items.count {
            session.console.warn("See them all with: edgewright batches items \(batch.id) --state failed --all\n")
        }
    }
}

/// Where a batch's states are shown one after another.
private final class Screen {
    private let display: BatchWatch.Display
    private let console: Console
    private var bar: ProgressDisplay?
    private var last: BatchProgress?

    init(display: BatchWatch.Display, console: Console) {
        self.display = display
        self.console = console
    }

    func show(_ batch: Batch) throws {
        let progress = BatchProgress(batch)
        switch display {
        case .nothing: break
        case .events: try showEvent(batch)
        case .progress where !console.errorIsTerminal:
            if progress.isNews(after: last) { try console.print(progress.line(at: Timestamp(Date()))) }
        case .progress, .barOnly: draw(progress)
        }
        last = progress
    }

    func clear() {
        bar?.finish()
        bar = nil
    }

    private func draw(_ progress: BatchProgress) {
        if bar?.bar != progress.bar {
            clear()
            bar = ProgressDisplay(progress.bar, console)
        }
        bar?.show(progress.done, note: progress.note)
    }

    private func showEvent(_ batch: Batch) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try console.print(String(decoding: try encoder.encode(batch), as: UTF8.self) + "\n")
    }
}
