import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// The connections to one peer: kept open between requests, bounded in number, and waited for beyond that.
///
/// A request that comes from an event loop gets a connection on the same loop, so that passing it on changes no thread.
final class PeerConnections: ConnectionOwner {
    /// Without a base path, which is the transport's business.
    let endpoint: RemoteEndpoint
    let lane: ConnectionLane
    let authority: String
    /// What messages call the peer.
    let name: String
    let idleLifetime: TimeAmount

    private let group: any EventLoopGroup
    private let loops: Set<ObjectIdentifier>
    private let connectTimeout: TimeAmount
    private let tls: TLSConfiguration?
    private let contexts: TLSContexts
    private let targets: TargetGuard
    private let state: Mutex<ConnectionShelf>
    private let whenUnused: @Sendable (PeerConnections) -> Void

    /// - Throws: `TransportError` of kind `.invalidRequest` when a certificate of the endpoint can't be read.
    init(
        endpoint: RemoteEndpoint, _ lane: ConnectionLane, client: DirectTransportClient, isShutDown: Bool
    ) throws {
        self.endpoint = endpoint
        self.lane = lane
        authority = endpoint.authority
        name = endpoint.peer
        idleLifetime = client.idleConnectionLifetime
        group = client.group
        loops = Set(client.group.makeIterator().map { ObjectIdentifier($0) })
        connectTimeout = TimeAmount(client.connectTimeout)
        tls = try endpoint.tlsConfiguration()
        contexts = client.contexts
        targets = client.targets
        state = Mutex(ConnectionShelf(limit: client.connectionsPerPeer, isShutDown: isShutDown))
        whenUnused = { [weak client] in client?.forget($0) }
    }

    /// Sends the request and returns when the answer's head is there.
    ///
    /// A kept connection may have died unnoticed. Where nothing was sent yet, or sending again does no harm, the request
    /// goes out once more on a new one.
    func exchange(_ request: OutgoingRequest) async throws -> RemoteResponse {
        let deadline = NIODeadline.now() + TimeAmount(request.timeout)
        do {
            return try await connection(until: deadline, isNew: false).exchange(request, until: deadline)
        } catch let stale as StaleConnection {
            guard !stale.hasSent || request.isRepeatable else { throw stale.reason }
        }
        do {
            return try await connection(until: deadline, isNew: true).exchange(request, until: deadline)
        } catch let stale as StaleConnection {
            throw stale.reason
        }
    }

    var peer: ErrorTranslation.Peer { .called(name) }

    func isNotKept(_ connection: PooledConnection, after exchanges: Int) -> Bool { true }

    func isSpoilt() {}

    /// `nil` for a peer without TLS.
    func tlsContext() async throws -> NIOSSLContext? {
        guard let tls else { return nil }
        return try await contexts.context(for: TLSContexts.Demand(endpoint), tls, on: group.any())
    }

    var isUnused: Bool { state.withLock { $0.isUnused } }

    var isShutDown: Bool { state.withLock { $0.isShutDown } }

    func shutDown() async {
        let (channels, waiting) = state.withLock { $0.shutDown() }
        for waiter in waiting { waiter.fail(ExchangeFailure.shutDown) }
        for channel in channels {
            channel.close(promise: nil)
            // Closing is all that is waited for: how it ended is told to whoever used the connection.
            try? await channel.closeFuture.get()
        }
    }
}

// MARK: Taking and giving back

extension PeerConnections {
    private func connection(until deadline: NIODeadline, isNew: Bool) async throws -> PooledConnection {
        let here = MultiThreadedEventLoopGroup.currentEventLoop.flatMap {
            loops.contains(ObjectIdentifier($0)) ? $0 : nil
        }
        let loop = here ?? group.next()
        let taken = try state.withLock { shelf in try shelf.take(on: here, isNew: isNew) { Handover(on: loop) } }
        switch taken {
        case .connection(let connection): return connection
        case .mayOpen: return try await open(on: loop, until: deadline)
        case .mustWait(let waiter):
            let alarm = loop.scheduleTask(deadline: deadline) { waiter.fail(ExchangeFailure.noFreeConnection) }
            defer { alarm.cancel() }
            switch try await waiter.value() {
            case .connection(let connection): return connection
            case .mayOpen: return try await open(on: loop, until: deadline)
            }
        }
    }

    /// On the connection's event loop, after an exchange.
    /// - Returns: whether it is kept.
    func giveBack(_ connection: PooledConnection) -> Bool {
        guard let waiter = state.withLock({ $0.giveBack(connection) }) else { return connection.channel.isActive }
        waiter.succeed(.connection(connection)) { connection.onLoop { $0.giveBack() } }
        return true
    }

    /// - Returns: false when somebody has just taken it.
    func withdraw(_ connection: PooledConnection) -> Bool { state.withLock { $0.withdraw(connection) } }

    private func closed(_ channel: any Channel) {
        offerPlace(to: state.withLock { $0.closed(channel) })
        if isUnused { whenUnused(self) }
    }

    /// A place has become free: whoever waits longest may open a connection.
    private func offerPlace(to waiter: Handover<ConnectionGrant>?) {
        waiter?.succeed(.mayOpen) { [self] in offerPlace(to: state.withLock { $0.failedToOpen() }) }
    }
}

// MARK: Opening

extension PeerConnections {
    private func open(on loop: any EventLoop, until deadline: NIODeadline) async throws -> PooledConnection {
        let opened = Handover<PooledConnection>(on: loop)
        let context: NIOSSLContext?
        do {
            context = try await tlsContext()
        } catch {
            offerPlace(to: state.withLock { $0.failedToOpen() })
            throw error
        }
        connect(context, on: loop, within: min(connectTimeout, deadline - .now())).whenComplete { [self] result in
            switch result {
            case .success(let connection): connected(connection, opened)
            case .failure(let error):
                offerPlace(to: state.withLock { $0.failedToOpen() })
                opened.fail(error)
            }
        }
        return try await opened.value()
    }

    /// On the connection's event loop.
    private func connected(_ connection: PooledConnection, _ opened: Handover<PooledConnection>) {
        let channel = connection.channel
        guard state.withLock({ $0.opened(connection) }) else {
            opened.fail(ExchangeFailure.shutDown)
            return channel.close(promise: nil)
        }
        channel.closeFuture.whenComplete { [self] _ in closed(channel) }
        // Whoever asked may have given up meanwhile: the next one can use it.
        opened.succeed(connection) { connection.onLoop { $0.giveBack() } }
    }

    private func connect(
        _ context: NIOSSLContext?, on loop: any EventLoop, within limit: TimeAmount
    ) -> EventLoopFuture<PooledConnection> {
        let opened = EndpointConnector(endpoint: endpoint, targets: targets).connect(on: loop, within: limit) {
            [self] channel in
            let operations = channel.pipeline.syncOperations
            if let context { try operations.addHandler(endpoint.tlsHandler(context)) }
            _ = try PeerConnection.add(to: operations, of: self)
        }
        return opened.flatMapThrowing { channel in
            let handler = try channel.pipeline.syncOperations.handler(type: PeerConnection.self)
            return PooledConnection(channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
        }
    }
}

extension NIOHTTPDecoderLimitConfiguration {
    /// An answer's head has its place in memory before anybody has looked at it.
    static let answers: NIOHTTPDecoderLimitConfiguration = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 32 << 10
        limits.maxHeaderListSize = 128 << 10
        limits.maxHeaderFieldCount = 200
        return limits
    }()
}
