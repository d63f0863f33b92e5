import Fleet
import Logging
import NIOConcurrencyHelpers
import ServiceLifecycle
import Store

/// Says that this control plane is there and where, finds out which others are, and forgets those that have died with
/// what they held. Beside that it removes what agents leave behind.
struct ControlPlaneRoster: Service {
    private static let interval = Duration.seconds(5)
    /// So long after its last word a control plane counts as dead.
    private static let patience = Duration.seconds(17)
    /// What announcements may have missed is made good so often.
    private static let turnsPerSweep = 12
    private static let unmanagedLifetime = Duration.seconds(7 * 86_400)

    let context: ControlPlaneContext
    let peers: PeerNetwork
    let changes: AgentChanges
    private let address = NIOLockedValueBox("")

    init(context: ControlPlaneContext, peers: PeerNetwork, changes: AgentChanges) {
        self.context = context
        self.peers = peers
        self.changes = changes
    }

    /// Whether there may be others at all.
    private var isShared: Bool { context.database.dialect.hasNotifications }

    /// Where the others reach this one.
    func advertise(_ url: String) async {
        address.withLockedValue { $0 = url }
        if isShared { await attempt { try await meet(at: context.now()) } }
    }

    /// Before anybody is let in: who is connected according to the store, but was so to a process that is dead, is not.
    func begin() async throws {
        let now = context.now()
        let isShared = isShared
        _ = try await context.write { session in
            let seenBefore = isShared ? now - Self.patience : nil
            try changes.announce(
                try session.forgetControlPlanes(except: peers.holder, seenBefore: seenBefore, at: now), in: session)
        }
        _ = try await changes.loader.load()
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var turn = 0
            while !Task.isCancelled {
                await attempt { try await look(sweeps: turn % Self.turnsPerSweep == 0) }
                turn += 1
                try? await Task.sleep(for: Self.interval * Double.random(in: 0.8...1))
            }
        }
        await peers.close()
    }

    private func look(sweeps: Bool) async throws {
        let now = context.now()
        if isShared { try await meet(at: now) }
        guard sweeps else { return }
        if isShared { await changes.takeAll() }
        let gone = try await context.write { session in
            try session.deleteNonces(expiredBefore: now)
            let gone = try session.deleteUnmanagedAgents(notSeenSince: now - Self.unmanagedLifetime)
            try changes.announce(gone, in: session)
            return gone
        }
        await changes.take(gone)
    }

    private func meet(at now: Timestamp) async throws {
        let own = address.withLockedValue { $0 }
        // Before it listens nobody is connected to it.
        guard !own.isEmpty else { return }
        let (others, left) = try await context.write { session in
            try session.noteControlPlane(peers.holder, address: own, at: now)
            let left = try session.forgetControlPlanes(
                except: peers.holder, seenBefore: now - Self.patience, at: now)
            try changes.announce(left, in: session)
            return (try session.controlPlanes(), left)
        }
        await peers.know(others.filter { $0.key != peers.holder })
        await changes.take(left)
    }

    private func attempt(_ body: () async throws -> Void) async {
        do { try await body() } catch {
            guard !Task.isCancelled else { return }
            context.logger.warning("the other control planes can't be seen", metadata: ["error": "\(error)"])
        }
    }
}
