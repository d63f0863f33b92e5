import Fleet

/// How far a batch is, in words; pure, so that it can be tested.
struct BatchProgress: Equatable {
    /// Of the whole, in which a line is worth writing where nothing else has changed.
    private static let steps = 10

    private let batch: Batch

    init(_ batch: Batch) { self.batch = batch }

    private var goesBack: Bool { batch.direction == .back }

    var bar: ProgressBar {
        ProgressBar(title: goesBack ? "Rolling back" : batch.kind.doing, total: total, unit: .count)
    }

    var done: Int64 { Int64(goesBack ? batch.counts.rolledBack : batch.counts.finished) }

    /// On the way back only what was changed counts.
    private var total: Int64 {
        let counts = batch.counts
        return Int64(
            goesBack
                ? counts.rolledBack + counts.succeeded + counts.pending + counts.waiting + counts.running
                : counts.total)
    }

    /// What else there is to know: "wave 2 of 3, 1 failed".
    var note: String {
        let counts = batch.counts
        let parts: [String?] = [
            batch.state == .running ? nil : batch.state.rawValue,
            batch.waves > 1 ? "wave \(batch.wave) of \(batch.waves)" : nil,
            counts.failed > 0 ? "\(counts.failed) failed" : nil,
            counts.skipped > 0 ? "\(counts.skipped) skipped" : nil,
            counts.waiting > 0 ? "\(counts.waiting) waiting" : nil,
            batch.reason.isEmpty ? nil : batch.reason,
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    /// One line for a log.
    func line(at now: Timestamp) -> String {
        let back = goesBack && !batch.state.isFinal ? ", rolling back" : ""
        let counts = amount + (batch.counts.failed > 0 ? ", \(batch.counts.failed) failed" : "")
        let parts: [String?] = [
            now.short, batch.state.rawValue + back,
            batch.waves > 1 ? "wave \(batch.wave) of \(batch.waves)" : nil, counts,
            batch.counts.waiting > 0 ? "\(batch.counts.waiting) waiting" : nil,
            batch.reason.isEmpty ? nil : "(\(batch.reason))",
        ]
        return parts.compactMap { $0?.withoutControlCharacters }.joined(separator: "  ") + "\n"
    }

    private var amount: String {
        guard goesBack else { return "\(done) of \(total) done" }
        return total > 0 ? "\(done) of \(total) undone" : "nothing to undo"
    }

    /// Whether a log needs a line of it after the one of `last`: not for each of ten thousand targets.
    func isNews(after last: BatchProgress?) -> Bool {
        guard let last else { return true }
        return batch.state != last.batch.state || batch.direction != last.batch.direction
            || batch.wave != last.batch.wave || batch.reason != last.batch.reason
            || batch.counts.failed != last.batch.counts.failed || step != last.step
    }

    private var step: Int64 { total == 0 ? 0 : done * Int64(Self.steps) / total }
}

extension BatchKind {
    /// What is going on: "Upgrading".
    var doing: String {
        switch self {
        case .install: "Installing"
        case .upgrade: "Upgrading"
        case .start: "Starting"
        case .stop: "Stopping"
        case .restart: "Restarting"
        case .repair: "Repairing"
        case .delete: "Deleting"
        case .tag: "Tagging"
        }
    }
}
