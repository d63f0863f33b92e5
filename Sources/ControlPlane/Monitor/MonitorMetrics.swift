import Fleet
import Metrics

/// What the monitor tells a metrics system: how probing goes, and how the fleet is. Nothing of any one tenant.
final class MonitorMetrics: Sendable {
    private let answered = Counter(label: "edgewright_probes_total", dimensions: [("outcome", "answered")])
    private let refused = Counter(label: "edgewright_probes_total", dimensions: [("outcome", "refused")])
    private let missed = Counter(label: "edgewright_probes_total", dimensions: [("outcome", "missed")])
    private let pathFailed = Counter(label: "edgewright_probes_total", dimensions: [("outcome", "path_failed")])
    private let duration = Timer(label: "edgewright_probe_duration_seconds")
    private let services = Dictionary(
        uniqueKeysWithValues: ServiceStatus.allCases.map {
            ($0, Meter(label: "edgewright_services", dimensions: [("status", $0.rawValue)]))
        })

    func probed(_ outcome: ProbeOutcome, in time: Duration) {
        switch outcome {
        case .answered: answered.increment()
        case .refusedCredentials: refused.increment()
        case .missed: missed.increment()
        case .pathFailed: pathFailed.increment()
        }
        duration.recordNanoseconds(
            time.components.seconds * 1_000_000_000 + time.components.attoseconds / 1_000_000_000)
    }

    func show(_ counts: [ServiceStatus: Int]) {
        for (status, meter) in services { meter.set(counts[status, default: 0]) }
    }
}
