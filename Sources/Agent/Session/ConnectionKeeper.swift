import Fleet
import Logging
import NIOCore
import Synchronization
import Transport

/// Keeps one connection to the platform: performs what its session decides, for as long as the program runs.
final class ConnectionKeeper: Sendable {
    /// Connections that were replaced and still carry something; then the oldest is closed.
    private static let mostRetiring = 4

    private let number: Int
    private let parts: AgentParts
    private let feed: SessionFeed
    private let tunnels = Mutex<[Int: TunnelServer]>([:])
    /// Called when the platform has let the agent in by the key that is to go.
    private let connectedByOldKey: @Sendable () -> Void

    init(_ number: Int, _ parts: AgentParts, connectedByOldKey: @escaping @Sendable () -> Void) {
        self.number = number
        self.parts = parts
        self.connectedByOldKey = connectedByOldKey
        feed = SessionFeed(loop: parts.loop)
    }

    /// Has the platform see anew what the agent is, on a new connection.
    func renew() { feed.add(.renew) }

    /// Every connection that is open.
    var open: [TunnelServer] { tunnels.withLock { Array($0.values) } }

    /// Ends when its task is cancelled; the connections stay open.
    func run() async {
        var session = AgentSession(enrolls: number == 0)
        var report = ConnectionReport(number, parts.logger)
        var happening = feed.events.makeAsyncIterator()
        session.hasNextKey = parts.keys.hasNext
        parts.board.note(keeper: number, nil, nil)
        var action = session.begin()
        while !Task.isCancelled {
            let done = await perform(action)
            guard let event = if let done { done } else { await happening.next() } else { return }
            session.hasNextKey = parts.keys.hasNext
            action = session.handle(event, spread: .random(in: 0..<1))
            let current = session.current.flatMap { number in tunnels.withLock { $0[number] } }
            parts.board.note(keeper: number, current, session.trouble)
            report.tell(session, after: event, before: action)
        }
    }

    /// - Returns: what came of it; `nil` when that comes by itself.
    private func perform(_ action: AgentSession.Action) async -> AgentSession.Event? {
        do {
            switch action {
            case .challenge: return .challenged(try await parts.platform.challenge())
            case .enroll(let challenge): return try await enroll(challenge)
            case .connect(let challenge, let key, let number): return try await connect(challenge, key, number)
            case .wait(let wait, let seconds):
                feed.wait(wait, seconds: seconds)
                return nil
            case .listen: return nil
            }
        } catch {
            return AgentSession.Event(error)
        }
    }

    private func enroll(_ challenge: AgentChallenge) async throws -> AgentSession.Event {
        let enrolled = try await parts.platform.enroll(over: challenge, parts.keys.current, parts.profile())
        parts.keep(enrolled)
        let metadata: Logger.Metadata = ["agent": "\(enrolled.agentId)", "state": "\(enrolled.state.rawValue)"]
        parts.logger.notice("enrolled", metadata: metadata)
        if let notice = enrolled.notice { parts.logger.warning("\(notice.oneLine)", metadata: metadata) }
        return .enrolled
    }

    private func connect(
        _ challenge: AgentChallenge, _ which: KeyStore.Which, _ number: Int
    ) async throws -> AgentSession.Event {
        let key = parts.keys.key(which) ?? parts.keys.current
        let tunnel = try await parts.platform.dial(over: challenge, key, serving: parts.targets)
        let replaced = tunnels.withLock { tunnels in
            defer { tunnels[number] = tunnel }
            return tunnels.sorted { $0.key > $1.key }.map(\.value)
        }
        parts.board.opened(tunnel)
        // What is under way on the old one may end there.
        for old in replaced { old.goAway() }
        for old in replaced.dropFirst(Self.mostRetiring) { old.close() }
        // Before the session hears of it.
        tunnel.closed.whenComplete { [self] _ in tunnels.withLock { $0[number] = nil } }
        feed.watch(tunnel, number)
        parts.settleKeys()
        if which == .next {
            parts.promoteNextKey()
        } else if parts.keys.hasNext {
            connectedByOldKey()
        }
        return .connected(number)
    }
}
