package import Metrics
import NIOConcurrencyHelpers

/// Keeps the platform's own metrics and writes them as Prometheus text (exposition format 0.0.4).
package final class PrometheusMetrics: MetricsFactory, Sendable {
    /// Bounds of the histograms of times, in seconds.
    private static let buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    private struct Key: Hashable, Comparable {
        let name: String
        let labels: String

        static func < (left: Key, right: Key) -> Bool { (left.name, left.labels) < (right.name, right.labels) }
    }

    private let series = NIOLockedValueBox<[Key: PrometheusSeries]>([:])

    package init() {}

    private func find(
        _ label: String, _ dimensions: [(String, String)], _ kind: PrometheusSeries.Kind
    ) -> PrometheusSeries {
        let labels = dimensions.map { "\(Self.name($0.0))=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        let key = Key(name: Self.name(label), labels: labels)
        return series.withLockedValue { series in
            if let found = series[key] { return found }
            let made = PrometheusSeries(kind)
            series[key] = made
            return made
        }
    }

    private static func name(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "_" })
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        find(label, dimensions, .counter)
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { find(label, dimensions, .counter) }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        find(label, dimensions, .gauge)
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler { find(label, dimensions, aggregate ? .histogram(Self.buckets, scale: 1) : .gauge) }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        find(label, dimensions, .histogram(Self.buckets, scale: 1e-9))
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    package func render() -> String {
        let all = series.withLockedValue { $0 }.sorted { $0.key < $1.key }
        var text = ""
        var lastName = ""
        for (key, series) in all {
            if key.name != lastName { text += "# TYPE \(key.name) \(series.kind.word)\n" }
            lastName = key.name
            text += series.lines(name: key.name, labels: key.labels)
        }
        return text
    }
}

/// One series: a number, or a histogram.
private final class PrometheusSeries: CounterHandler, FloatingPointCounterHandler, RecorderHandler, MeterHandler,
    TimerHandler, Sendable
{
    enum Kind: Sendable {
        case counter
        case gauge
        case histogram([Double], scale: Double)

        var word: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    private struct State {
        var sum = 0.0
        var count = 0
        var buckets: [Int]
    }

    let kind: Kind
    private let bounds: [Double]
    private let scale: Double
    private let state: NIOLockedValueBox<State>

    init(_ kind: Kind) {
        self.kind = kind
        if case .histogram(let bounds, let scale) = kind {
            (self.bounds, self.scale) = (bounds, scale)
        } else {
            (bounds, scale) = ([], 1)
        }
        state = NIOLockedValueBox(State(buckets: Array(repeating: 0, count: bounds.count)))
    }

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { state.withLockedValue { $0.sum += amount } }
    func decrement(by amount: Double) { state.withLockedValue { $0.sum -= amount } }
    func reset() { state.withLockedValue { $0 = State(buckets: Array(repeating: 0, count: bounds.count)) } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { state.withLockedValue { $0.sum = value } }
    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration)) }

    func record(_ value: Double) {
        guard case .histogram = kind else { return set(value) }
        let scaled = value * scale
        let bucket = bounds.firstIndex { scaled <= $0 }
        state.withLockedValue { state in
            state.sum += scaled
            state.count += 1
            if let bucket { state.buckets[bucket] += 1 }
        }
    }

    func lines(name: String, labels: String) -> String {
        let state = state.withLockedValue { $0 }
        let braced = labels.isEmpty ? "" : "{\(labels)}"
        guard case .histogram = kind else { return "\(name)\(braced) \(Self.number(state.sum))\n" }
        let comma = labels.isEmpty ? "" : ","
        var text = ""
        var below = 0
        for (bound, count) in zip(bounds, state.buckets) {
            below += count
            text += "\(name)_bucket{\(labels)\(comma)le=\"\(Self.number(bound))\"} \(below)\n"
        }
        text += "\(name)_bucket{\(labels)\(comma)le=\"+Inf\"} \(state.count)\n"
        return text + "\(name)_sum\(braced) \(state.sum)\n\(name)_count\(braced) \(state.count)\n"
    }

    private static func number(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? String(value)
    }
}
