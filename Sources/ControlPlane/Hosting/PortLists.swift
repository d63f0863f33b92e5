import Fleet
import Hosting
import NIOConcurrencyHelpers

/// Which ports engines say are taken, for a few seconds: a hundred installs on one host need not ask a hundred times. What
/// the platform itself gives out stands in the store, and what somebody else takes meanwhile is noticed at the start.
final class PortLists: Sendable {
    private static let validity = Duration.seconds(3)

    private let known = NIOLockedValueBox<[Identifier<EdgeHost>: (ports: [PublishedPort], at: Timestamp)]>([:])

    /// - Parameter anew: whether what is known has proved wrong.
    func ports(
        of host: Identifier<EdgeHost>, on engine: any WorkloadHost, anew: Bool, now: @Sendable () -> Timestamp
    ) async throws -> [PublishedPort] {
        let asked = now()
        let last = known.withLockedValue { $0[host] }
        if let last, !anew, last.at <= asked, asked < last.at + Self.validity { return last.ports }
        let ports = try await engine.publishedPorts()
        known.withLockedValue { known in
            known = known.filter { asked < $0.value.at + Self.validity }
            known[host] = (ports, asked)
        }
        return ports
    }
}
