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
    private let keepers: [ConnectionKeeper]
    private let unfinished: AsyncStream<Void>
    private let rotation = Mutex<Task<RotationAnswer, Never>?>(nil)

    init(_ parts: AgentParts, connections: Int) {
        self.parts = parts
        let (unfinished, notice) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.unfinished = unfinished
        keepers = (0..<connections).map { number in
            ConnectionKeeper(number, parts) { notice.yield() }
        }
    }

    /// Until its task is cancelled; the connections stay open.
    func run() async {
        await withTaskGroup(of: Void.self) { tasks in
            for keeper in keepers { tasks.addTask { await keeper.run() } }
            // A change of key that was begun and whose end nobody saw is brought to its end.
            for await _ in unfinished {
                let answer = await rotateKey()
                guard let error = answer.error else { continue }
                parts.logger.warning("\(error)")
                // It may have led to new connections, which lead here again.
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// Where the platform is asked at present.
    var server: ServiceEndpoint { parts.platform.server }

    func renew() { for keeper in keepers { keeper.renew() } }

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
        let open = keepers.flatMap(\.open)
        guard let loop = open.first?.closed.eventLoop else { return }
        for tunnel in open { tunnel.goAway() }
        let alarm = loop.scheduleTask(in: Self.farewell) { for tunnel in open { tunnel.close() } }
        for tunnel in open { try? await tunnel.closed.get() }
        alarm.cancel()
    }
}
