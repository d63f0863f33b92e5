import AgentIdentity
import Fleet
import Logging
import NIOCore
import Synchronization
package import Transport

/// What `rotate-key` is told.
package struct RotationAnswer: Codable, Equatable, Sendable {
    /// Of the new key; `nil` when it was not changed.
    package var fingerprint: String?
    package var error: String?

    package init(fingerprint: String? = nil, error: String? = nil) {
        self.fingerprint = fingerprint
        self.error = error
    }
}

extension RotationAnswer {
    /// Changes the key of an agent that does not run.
    package static func withoutAgent(
        _ settings: AgentSettings, client: DirectTransportClient
    ) async -> RotationAnswer {
        do {
            let folder = StateFolder(settings.state)
            guard try AgentKeyPair.read(folder.key) != nil else {
                return RotationAnswer(error: "There is no key in \(settings.state) that could be changed.")
            }
            guard let lock = try folder.lock() else {
                return RotationAnswer(error: "An agent runs with \(settings.state), but does not answer.")
            }
            defer { withExtendedLifetime(lock) {} }
            let keys = try KeyStore(folder)
            try await KeyRotator(keys: keys, platform: PlatformClient(settings, client: client)).rotate()
            guard keys.promoteNext() else { return RotationAnswer(error: "There is no new key.") }
            try keys.settle()
            return RotationAnswer(fingerprint: keys.current.fingerprint.description)
        } catch {
            return RotationAnswer(error: "\(error)")
        }
    }
}

/// The connections of an agent that has a key, and the change of that key.
final class RunningAgent: Sendable {
    /// What is under way when the program ends has so long.
    private static let farewell = TimeAmount.seconds(3)
    /// Before an unfinished change of key is tried once more.
    private static let pause = Duration.seconds(60)

    private let parts: AgentParts
    private let makeKeeper: @Sendable (_ number: Int) -> ConnectionKeeper
    private let keepers: [ConnectionKeeper]
    /// Of the connection that is there only while there is much to carry, and of those before it that still carry something.
    private let reserve = Mutex<[ConnectionKeeper]>([])
    private let load: TunnelLoad.Limits?
    private let unfinished: AsyncStream<Void>
    private let rotation = Mutex<Task<RotationAnswer, Never>?>(nil)

    /// - Parameter load: when to hold one connection more; `nil` where their number is fixed.
    init(_ parts: AgentParts, connections: Int, load: TunnelLoad.Limits?) {
        self.parts = parts
        let (unfinished, notice) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.unfinished = unfinished
        makeKeeper = { number in ConnectionKeeper(number, parts) { notice.yield() } }
        keepers = (0..<connections).map(makeKeeper)
        self.load = load
    }

    private var all: [ConnectionKeeper] { keepers + reserve.withLock { $0 } }

    /// Until its task is cancelled; the connections stay open.
    func run() async {
        await withTaskGroup(of: Void.self) { tasks in
            for keeper in keepers { tasks.addTask { await keeper.run() } }
            if let load { tasks.addTask { await self.followLoad(load) } }
            // A change of key that was begun and whose end nobody saw is brought to its end.
            for await _ in unfinished {
                let answer = await rotateKey()
                guard let error = answer.error else { continue }
                parts.logger.warning("\(error)")
                // It may have led to new connections, which lead here again.
                try? await Task.sleep(for: Self.pause * Double.random(in: 0.75...1.25))
            }
        }
    }

    /// Where the platform is asked at present.
    var server: ServiceEndpoint { parts.platform.server }

    func renew() { for keeper in all { keeper.renew() } }

    /// However many ask for it at once, it is done once.
    func rotateKey() async -> RotationAnswer {
        let task = rotation.withLock { rotation in
            if let rotation { return rotation }
            let begun = Task { await self.changeKey() }
            rotation = begun
            return begun
        }
        return await task.value
    }

    private func changeKey() async -> RotationAnswer {
        defer { rotation.withLock { $0 = nil } }
        do {
            try await KeyRotator(keys: parts.keys, platform: parts.platform).rotate()
            parts.promoteNextKey()
            renew()
            return RotationAnswer(fingerprint: parts.keys.current.fingerprint.description)
        } catch {
            if (error as? RotationFailure)?.isInDoubt == true { renew() }
            return RotationAnswer(error: "\(error)")
        }
    }

    /// Says goodbye on every connection, and closes those that still carry something after a while.
    func close() async {
        let open = all.flatMap(\.open)
        guard let loop = open.first?.closed.eventLoop else { return }
        for tunnel in open { tunnel.goAway() }
        let alarm = loop.scheduleTask(in: Self.farewell) { for tunnel in open { tunnel.close() } }
        for tunnel in open { try? await tunnel.closed.get() }
        alarm.cancel()
    }
}

// MARK: Load

extension RunningAgent {
    /// Holds one more connection while requests come faster than one carries them best: at a platform with several
    /// processors they then need not all wait for the one that has the connection.
    private func followLoad(_ limits: TunnelLoad.Limits) async {
        while !Task.isCancelled {
            await watchLoad(limits) { $0.isBusy }
            guard !Task.isCancelled else { return }
            parts.logger.info("there is much to carry: one more connection is opened")
            let extra = makeKeeper(keepers.count)
            reserve.withLock { $0 = $0.filter { !$0.open.isEmpty } + [extra] }
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await extra.run() }
                await watchLoad(limits) { $0.isQuiet }
                tasks.cancelAll()
            }
            guard !Task.isCancelled else { return }
            parts.board.note(keeper: keepers.count, nil, nil)
            // What is under way on it may end.
            for tunnel in extra.open { tunnel.goAway() }
            parts.logger.info("one connection is enough again: the other is closed")
        }
    }

    /// Until the load is so, or the task is cancelled.
    private func watchLoad(_ limits: TunnelLoad.Limits, until isSo: (TunnelLoad) -> Bool) async {
        var load = TunnelLoad(limits)
        while !Task.isCancelled, !isSo(load) {
            // Ends early only by cancellation, which the condition sees.
            try? await Task.sleep(for: limits.interval)
            load.note(exchanges: all.flatMap(\.open).reduce(0) { $0 + $1.traffic.exchanges })
        }
    }
}
