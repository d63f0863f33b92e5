import HTTPTypes
import Metrics
import NIOConcurrencyHelpers

/// Counts requests and their times, by route and not by path: the number of series stays small.
final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        let method: HTTPRequest.Method
        let route: String
        let statusClass: Int
    }

    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options]
    private let timers = NIOLockedValueBox<[Key: Timer]>([:])

    func record(
        method: HTTPRequest.Method, route: String, status: HTTPResponse.Status, since start: ContinuousClock.Instant
    ) {
        // A client may make methods up.
        let known = Self.methods.contains(method) ? method : .trace
        let key = Key(method: known, route: route, statusClass: status.code / 100)
        let timer = timers.withLockedValue { timers in
            if let timer = timers[key] { return timer }
            let timer = Timer(
                label: "edgewright_http_request_duration_seconds",
                dimensions: [
                    ("method", known == .trace ? "OTHER" : known.rawValue), ("route", route),
                    ("status", "\(key.statusClass)xx"),
                ])
            timers[key] = timer
            return timer
        }
        timer.recordNanoseconds((ContinuousClock.now - start).nanoseconds)
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
