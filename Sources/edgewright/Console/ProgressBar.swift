import Foundation
import Synchronization

/// The line that shows how far a long work is; pure, so that it can be tested.
struct ProgressBar: Equatable {
    enum Unit: Sendable { case count, bytes }

    /// Cells between the brackets.
    static let width = 30

    let title: String
    /// `nil` when nobody knows.
    let total: Int64?
    let unit: Unit

    /// `note` is what else there is to say.
    func line(_ done: Int64, note: String = "") -> String {
        let end = note.isEmpty ? "" : "  \(note)"
        guard let total, total > 0 else { return "\(title) \(amount(done))\(end)" }
        let share = min(1, Double(done) / Double(total))
        let filled = Int(share * Double(Self.width))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
        let percent = String(repeating: " ", count: share < 0.1 ? 2 : share < 1 ? 1 : 0) + "\(Int(share * 100))%"
        return "\(title) \(bar) \(percent) \(amount(done)) of \(amount(total))\(end)"
    }

    private func amount(_ value: Int64) -> String {
        guard unit == .bytes else { return "\(value)" }
        switch value {
        case ..<1000: return "\(value) B"
        case ..<1_000_000: return "\(value / 1000) kB"
        default: return "\(value / 1_000_000).\(value % 1_000_000 / 100_000) MB"
        }
    }
}

/// Draws a progress bar on standard error when that is a terminal; else does nothing.
final class ProgressDisplay: Sendable {
    /// Ten times a second is as often as an eye follows.
    private static let pause = Duration.milliseconds(100)

    let bar: ProgressBar
    private let console: Console
    private let lastDrawn = Mutex<ContinuousClock.Instant?>(nil)

    convenience init(title: String, total: Int64?, unit: ProgressBar.Unit, _ console: Console) {
        self.init(ProgressBar(title: title, total: total, unit: unit), console)
    }

    init(_ bar: ProgressBar, _ console: Console) {
        self.bar = bar
        self.console = console
    }

    /// May be called from any thread, as often as wanted.
    func show(_ done: Int64, note: String = "") {
        guard console.errorIsTerminal else { return }
        let isLast = bar.total.map { done >= $0 } ?? false
        let draws = lastDrawn.withLock { last in
            let now = ContinuousClock.now
            if let last, now - last < Self.pause, !isLast { return false }
            last = now
            return true
        }
        guard draws else { return }
        let line = bar.line(done, note: note.withoutControlCharacters)
        // A line that the terminal breaks in two can't be drawn over.
        console.warn("\r\(console.errorWidth().map { line.fitted(to: max(1, $0 - 1)) } ?? line)\u{1B}[K")
    }

    /// Takes the line away.
    func finish() {
        guard lastDrawn.withLock({ $0 != nil }) else { return }
        console.warn("\r\u{1B}[K")
    }
}
