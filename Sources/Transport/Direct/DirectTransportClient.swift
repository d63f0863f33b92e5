package import NIOCore
import NIOPosix
import Synchronization

/// Kinds of work that must not wait for each other's connections.
package enum ConnectionLane: Hashable, Sendable {
    /// What people and programs ask for, as much and as long as they like.
    case requests
    /// Whether a peer is well: never held up by the other, or who watches a hundred streams would make it look ill.
    case probes
}

/// The connections to everything that is reached directly, shared and kept open between requests.
///
/// It lives as long as the program: `shutdown()` ends what is under way and closes every connection.
package final class DirectTransportClient: Sendable {
    let group: any EventLoopGroup
    let idleConnectionLifetime: TimeAmount
    /// Longest wait for a connection, name look-up included, where the request itself allows longer.
    let connectTimeout: Duration
    let connectionsPerPeer: Int
    package let targets: TargetGuard
    let contexts = TLSContexts()
    private let peers = Mutex(Peers())

    private struct Peer: Hashable {
        let endpoint: RemoteEndpoint
        let lane: ConnectionLane
    }

    private struct Peers {
        var byPeer: [Peer: PeerConnections] = [:]
        var isShutDown = false
    }

    /// - Parameters:
    ///   - group: the event loops; not shut down here.
    ///   - idleConnectionLifetime: how long an unused connection stays open. Longer than the probe interval, so that
    ///     each probe finds the last one's connection.
    ///   - targets: what must not be reached.
    ///   - connectionsPerPeer: beyond it requests wait for one that is free. Far above what a healthy peer needs,
    ///     because each stream that is watched for hours keeps one.
    package init(
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        idleConnectionLifetime: Duration = .seconds(60), connectTimeout: Duration = .seconds(10),
        connectionsPerPeer: Int = 1000, targets: TargetGuard = TargetGuard()
    ) {
        self.targets = targets
        self.group = group
        self.idleConnectionLifetime = TimeAmount(idleConnectionLifetime)
        self.connectTimeout = connectTimeout
        self.connectionsPerPeer = connectionsPerPeer
    }

    /// Transports to the same address share their connections, whatever base path they have.
    func connections(to endpoint: RemoteEndpoint, _ lane: ConnectionLane) throws -> PeerConnections {
        var endpoint = endpoint
        endpoint.basePath = ""
        let key = Peer(endpoint: endpoint, lane: lane)
        return try peers.withLock { peers in
            if let known = peers.byPeer[key] { return known }
            let made = try PeerConnections(endpoint: endpoint, lane, client: self, isShutDown: peers.isShutDown)
            if !peers.isShutDown { peers.byPeer[key] = made }
            return made
        }
    }

    /// Nothing is open to this peer any more. A transport that still has it goes on with it.
    func forget(_ peer: PeerConnections) {
        peers.withLock { peers in
            let key = Peer(endpoint: peer.endpoint, lane: peer.lane)
            guard peers.byPeer[key] === peer, peer.isUnused else { return }
            peers.byPeer[key] = nil
        }
    }

    /// Ends every exchange; later ones are refused. Waits until all connections are closed.
    package func shutdown() async {
        let all = peers.withLock { peers in
            peers.isShutDown = true
            return Array(peers.byPeer.values)
        }
        for peer in all { await peer.shutDown() }
    }
}

extension TimeAmount {
    var inSeconds: String { Duration.nanoseconds(nanoseconds).inSeconds }
}

extension Duration {
    /// The time as an error message says it.
    var inSeconds: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        let rest = milliseconds % 1000
        guard rest != 0 else { return "\(milliseconds / 1000) s" }
        return milliseconds < 1000 ? "\(milliseconds) ms" : "\(Double(milliseconds) / 1000) s"
    }
}
