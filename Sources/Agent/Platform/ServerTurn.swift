import Fleet
import Synchronization
import Transport

/// The platform's addresses, and which of them is asked: the one that answered last.
final class ServerTurn: Sendable {
    let servers: [AgentSettings.Server]
    private let index = Mutex(0)

    /// - Parameter servers: at least one.
    init(_ servers: [AgentSettings.Server]) { self.servers = servers }

    var current: AgentSettings.Server { servers[index.withLock { $0 }] }

    /// All of them, the current one first.
    var inTurn: [AgentSettings.Server] {
        let first = index.withLock { $0 }
        return Array(servers[first...] + servers[..<first])
    }

    func use(_ server: AgentSettings.Server) {
        guard let found = servers.firstIndex(of: server) else { return }
        index.withLock { $0 = found }
    }

    /// The next one is asked from now on, unless another is asked already.
    func leave(_ server: AgentSettings.Server) {
        index.withLock { index in
            if servers[index] == server { index = (index + 1) % servers.count }
        }
    }

    /// Whether the failure is one of the address rather than of the platform behind it, which would say the same
    /// elsewhere. Who says when to come again is to be believed.
    static func isOfAddress(_ error: any Error) -> Bool {
        guard let refusal = error as? PlatformRefusal else { return error is TransportError }
        switch refusal.status {
        case 300..<400, 405, 502, 504: return true
        case 503: return refusal.retryAfter == nil
        default: return false
        }
    }
}
