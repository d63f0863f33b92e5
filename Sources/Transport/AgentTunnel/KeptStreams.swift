import NIOCore
import NIOHPACK
import NIOHTTP1
import Synchronization

/// Exchanges of raw bytes with one of an agent's offers, kept open while the offer is asked often, as connections of
/// HTTP/1.1 are.
///
/// A request on one of them is no exchange of its own on the tunnel, and the agent only copies it, which takes a fraction of
/// the work at both ends. To open one costs a round trip, so a request never waits for it: who finds none that is free is
/// sent by itself, as all are while there are few.
final class KeptStreams: ConnectionOwner {
    /// So many requests within a second are often: more than the probes of a service and somebody's look at its page.
    static let often = 32
    private static let interval = TimeAmount.seconds(1)
    /// Beyond it requests go by themselves: a few offers that are busy at once leave room for others on the connection.
    private static let limit = 128
    private static let connectTimeout = TimeAmount.seconds(10)
    /// In milliseconds, after one that could not be opened.
    private static let rest: ClosedRange<Int64> = 1000...2000
    /// The same, when the service has closed one before any was used, or broken one off, or keeps none for long: some serve
    /// one connection at a time, or only one request on each.
    private static let longRest: ClosedRange<Int64> = 60_000...90_000
    /// A stream that carries fewer exchanges saves no work.
    private static let worthwhile = 8
    private static let mostShort = 3

    private struct State {
        var idle: [PooledConnection] = []
        /// Those that are being opened included.
        var open = 0
        var kept = 0
        var origin: OfferOrigin?
        var mayOpenAt = NIODeadline.uptimeNanoseconds(0)
        /// The agent wants to see each request.
        var isRefused = false
        /// Those that ended while nobody used them.
        var unused: Set<ObjectIdentifier> = []
        /// Whether an exchange has ended so that another may follow. Until then it is tried with one.
        var isProven = false
        /// How many in a row the service has not kept for long.
        var short = 0
        var isRetired = false
        var count = 0
        var countedSince = NIODeadline.uptimeNanoseconds(0)
        var wereMany = false

        mutating func restLong() {
            (isProven, short) = (false, 0)
            mayOpenAt = .now() + .milliseconds(.random(in: longRest))
        }

        mutating func note(_ now: NIODeadline) {
            let age = now - countedSince
            if age >= interval {
                wereMany = age < interval * 2 && count >= often
                (count, countedSince) = (0, now)
            }
            count += 1
        }

        func mayOpen(_ now: NIODeadline) -> Bool {
            (wereMany || count >= often) && !isRefused && !isRetired && open < (isProven ? limit : 1)
                && now >= mayOpenAt
        }
    }

    let peer: ErrorTranslation.Peer
    /// Less than services keep a connection that is silent (5 s at Node and Apache): whoever closes second sends a request
    /// to one that is closing.
    let idleLifetime = TimeAmount.seconds(4)
    let isShutDown = false
    private let authority: String
    private let state = Mutex(State())

    /// - Parameter authority: what the agent calls the offer.
    init(_ authority: String, _ peer: ErrorTranslation.Peer) {
        self.authority = authority
        self.peer = peer
    }

    var isUnused: Bool { state.withLock { $0.open == 0 } }

    /// Those that are free or in use.
    var count: Int { state.withLock { $0.kept } }

    /// For one more request. From any thread.
    /// - Returns: `nil` when there is none that is free; then there may be one later.
    func take(on tunnel: TunnelClient) -> (connection: PooledConnection, origin: OfferOrigin)? {
        let now = NIODeadline.now()
        var mayOpen = false
        let taken = state.withLock { state -> (connection: PooledConnection, origin: OfferOrigin)? in
            state.note(now)
            if let origin = state.origin, let connection = state.idle.popLast() { return (connection, origin) }
            mayOpen = state.mayOpen(now)
            if mayOpen { state.open += 1 }
            return nil
        }
        if mayOpen { open(on: tunnel) }
        return taken
    }

    /// No more of them: those that are unused close now, the others after their exchange. From any thread.
    func retire() {
        state.withLock { $0.isRetired = true }
        closeUnused()
    }

    /// Makes room for others.
    func closeUnused() {
        let idle = state.withLock { state in
            defer { state.idle = [] }
            return state.idle
        }
        for connection in idle { connection.channel.close(promise: nil) }
    }

    func giveBack(_ connection: PooledConnection) -> Bool {
        state.withLock { state in
            guard !state.isRetired, connection.channel.isActive else { return false }
            state.isProven = true
            state.idle.append(connection)
            return true
        }
    }

    /// What ends from this side is reset, and of what still comes on streams that were reset lately the other end of the
    /// tunnel may send so much only. So the service ends it.
    func isNotKept(_ connection: PooledConnection, after exchanges: Int) -> Bool {
        state.withLock { state in
            // Many close a connection after some hundreds, or after an error, which is no reason to keep none.
            state.short = exchanges < Self.worthwhile ? state.short + 1 : 0
            if state.short > Self.mostShort { return state.restLong() }
            state.unused.insert(ObjectIdentifier(connection.channel))
        }
        return false
    }

    func isSpoilt() { state.withLock { $0.restLong() } }

    func withdraw(_ connection: PooledConnection) -> Bool {
        state.withLock { state in
            guard let index = state.idle.lastIndex(where: { $0.channel === connection.channel }) else { return false }
            state.idle.remove(at: index)
            state.unused.insert(ObjectIdentifier(connection.channel))
            return true
        }
    }
}

// MARK: Opening

extension KeptStreams {
    /// Beside the request that has found none.
    private func open(on tunnel: TunnelClient) {
        Task(executorPreference: EventLoopExecutor(tunnel.loop)) { [self] in
            do {
                // Whoever asks comes first.
                guard tunnel.load < TunnelProtocol.maximumStreams / 2 else { return failed(isRefused: false) }
                let (answer, stream) = try await tunnel.connect(question, until: .now() + Self.connectTimeout)
                if let origin = answer.head.first(name: TunnelField.origin).flatMap({ OfferOrigin($0) }) {
                    stream.onLoop { self.opened($0, origin, on: tunnel) }
                } else {
                    stream.cancel()
                    failed(isRefused: TransportError(refusal: answer.head) == nil)
                }
            } catch {
                failed(isRefused: false)
            }
        }
    }

    private var question: HPACKHeaders {
        [
            ":method": "CONNECT", ":protocol": TunnelProtocol.bytesToken, ":scheme": "http", ":authority": authority,
            ":path": "/", TunnelField.timeout: String(Self.connectTimeout.nanoseconds / 1_000_000),
        ]
    }

    /// On the event loop.
    private func opened(_ stream: TunnelStream, _ origin: OfferOrigin, on tunnel: TunnelClient) {
        let channel = TunnelStreamChannel(stream, of: tunnel.channel)
        do {
            let handler = try PeerConnection.add(to: channel.pipeline.syncOperations, of: self)
            channel.closeFuture.whenComplete { [self] _ in closed(channel) }
            // What it says before it is asked is no answer.
            handler.lieIdle()
            channel.activate()
            let connection = PooledConnection(
                channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
            let isKept = state.withLock { state in
                state.origin = origin
                state.kept += 1
                guard !state.isRetired, channel.isActive else { return false }
                state.idle.append(connection)
                return true
            }
            if !isKept { channel.close(promise: nil) }
        } catch {
            stream.close()
            failed(isRefused: false)
        }
    }

    private func closed(_ channel: TunnelStreamChannel) {
        state.withLock { state in
            state.open -= 1
            state.kept -= 1
            state.idle.removeAll { $0.channel === channel }
            let wasUnused = state.unused.remove(ObjectIdentifier(channel)) != nil
            // Each that a service breaks off is a reset, of which an agent may send so many only.
            if channel.isEndedByPeer, !wasUnused || !state.isProven { state.restLong() }
        }
    }

    private func failed(isRefused: Bool) {
        state.withLock { state in
            state.open -= 1
            state.isRefused = state.isRefused || isRefused
            state.mayOpenAt = .now() + .milliseconds(.random(in: Self.rest))
        }
    }
}
