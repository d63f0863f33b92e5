import AgentIdentity
import Fleet
import Foundation
package import Logging
package import NIOCore
import ServiceLifecycle
import Synchronization
import Transport

/// The agent's program: it keeps connections to the platform, serves what it offers through them, and tells whoever asks
/// on its machine how it does. It ends only when it is told to.
package final class AgentService: Service {
    private let settings: AgentSettings
    private let load: TunnelLoad.Limits
    private let group: any EventLoopGroup
    private let logger: Logger
    private let client: DirectTransportClient
    private let discovery: LocalDiscovery
    private let board: StatusBoard
    private let book: Mutex<OfferBook>
    /// `nil` while there is no key.
    private let running = Mutex<RunningAgent?>(nil)

    /// - Parameters:
    ///   - group: few event loops are enough; not shut down here.
    ///   - places: where it looks for services.
    ///   - load: when it holds one connection more, where their number is not set.
    package init(
        _ settings: AgentSettings, group: any EventLoopGroup, logger: Logger,
        places: [WellKnownPlace] = WellKnownPlace.all, load: TunnelLoad.Limits = TunnelLoad.Limits()
    ) {
        self.settings = settings
        self.load = load
        self.group = group
        self.logger = logger
        // Whoever set up this machine has named every address that it forwards to, so none is refused.
        client = DirectTransportClient(group: group, targets: TargetGuard(refused: []))
        discovery = LocalDiscovery(places, client: client)
        board = StatusBoard { Timestamp(Date()) }
        book = Mutex(OfferBook(settings.offers))
    }

    /// - Throws: `AgentKeyPair.FileError` when another agent runs with the same state folder.
    package func run() async throws {
        let lock = try await cancelWhenGracefulShutdown { try await self.start() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.tellStatus() }
            group.addTask { await self.keepSmall() }
            await cancelWhenGracefulShutdown { await self.serve(lock) }
            group.cancelAll()
        }
        await running.withLock { $0 }?.close()
        await client.shutdown()
        withExtendedLifetime(lock) {}
        logger.info("stopped")
    }

    /// - Returns: `nil` where the folder is not there yet, or can't be locked.
    private func start() async throws -> FolderLock? {
        let offers = settings.offers.map(\.offer.name).joined(separator: " ")
        let servers = settings.servers.map(\.address.description).joined(separator: " ")
        logger.info(
            "starting",
            metadata: [
                "version": "\(AgentProgram.version)", "platform": "\(servers)", "name": "\(settings.name)",
                "state": "\(settings.state)", "offers": "\(offers)",
            ])
        let folder = StateFolder(settings.state)
        do {
            try folder.prepare()
            if let lock = try folder.lock() { return lock }
        } catch {
            // What is wrong with the folder is told, and tried again, where the key is read.
            return nil
        }
        throw isTaken
    }

    private var isTaken: AgentKeyPair.FileError {
        AgentKeyPair.FileError("Another agent runs with the state folder \(settings.state).")
    }
}

// MARK: Being connected

extension AgentService {
    /// Until its task is cancelled.
    private func serve(_ lock: FolderLock?) async {
        guard let (keys, lock) = await openKeys(lock) else { return }
        defer { withExtendedLifetime(lock) {} }
        if settings.discovers { _ = await look() }
        let targets = AgentTargets(
            client: client, dockerServices: settings.dockerServices,
            itself: AgentItself(
                profile: { [self] in profile() }, discover: { [self] in await discover() },
                isTold: { [board] in board.note(membership: $0) }))
        publish(to: targets)
        let parts = AgentParts(
            keys: keys, platform: PlatformClient(settings, client: client), targets: targets, board: board,
            profile: { [self] in profile() }, loop: group.next(), logger: logger)
        parts.restoreStatus()
        let agent = RunningAgent(
            parts, connections: settings.connections, load: settings.growsWhenBusy ? load : nil)
        running.withLock { $0 = agent }
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await agent.run() }
            if settings.discovers { tasks.addTask { await self.keepLooking(targets, agent) } }
        }
    }

    /// Tries for as long as it takes: a full disk is emptied some time.
    /// - Returns: `nil` when its task is cancelled.
    private func openKeys(_ lock: FolderLock?) async -> (KeyStore, FolderLock)? {
        var pacing = ReconnectPacing()
        var told = ""
        while !Task.isCancelled {
            do {
                let folder = StateFolder(settings.state)
                try folder.prepare()
                guard let lock = try lock ?? folder.lock() else { throw isTaken }
                let keys = try KeyStore(folder)
                logger.info("key", metadata: ["fingerprint": "\(keys.current.fingerprint)"])
                return (keys, lock)
            } catch {
                let seconds = pacing.wait(held: 0, asked: nil, spread: .random(in: 0..<1))
                board.note(AgentTrouble("\(error)"))
                logger.log(level: "\(error)" == told ? .debug : .error, "there is no key to start with: \(error)")
                told = "\(error)"
                try? await Task.sleep(for: .seconds(seconds))
            }
        }
        return nil
    }

    private func profile() -> AgentProfile {
        AgentProfile(
            name: settings.name, description: settings.description, version: AgentProgram.version,
            system: AgentProgram.system, offers: book.withLock { $0.all.map(\.offer) })
    }
}

// MARK: Being small

extension AgentService {
    /// Once the start is over, and then now and again: what was busy for an hour once is not busy for ever.
    private func keepSmall() async {
        for seconds in [3, 27] {
            guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
            IdleMemory.handBack()
        }
        while (try? await Task.sleep(for: .seconds(600))) != nil { IdleMemory.handBack() }
    }
}

// MARK: What it offers

extension AgentService {
    private static let lookingInterval = 60.0

    private func keepLooking(_ targets: AgentTargets, _ agent: RunningAgent) async {
        while !Task.isCancelled {
            // Not in step with whatever else happens once a minute on the machine.
            let seconds = Self.lookingInterval * .random(in: 0.9..<1.1)
            guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
            guard await look() else { continue }
            publish(to: targets)
            agent.renew()
        }
    }

    /// - Returns: whether there is more to offer than before.
    private func look() async -> Bool {
        let found = await discovery.look()
        // An engine is the whole machine: whoever wants to offer that says so.
        let services = found.filter { $0.offer.kind == .service }
        let (isMore, names) = book.withLock { book in (book.add(services), book.all.map(\.offer.name)) }
        if isMore { logger.notice("found more to offer", metadata: ["offers": "\(names.joined(separator: " "))"]) }
        return isMore
    }

    private func publish(to targets: AgentTargets) {
        do {
            try targets.replace(with: book.withLock { $0.all })
        } catch {
            logger.error("what is offered can't be served", metadata: ["reason": "\(error)"])
        }
    }

    private func discover() async -> AgentDiscovery {
        let found = await discovery.look()
        return book.withLock { $0.report(found) }
    }
}

// MARK: Telling how it does

extension AgentService {
    private func tellStatus() async {
        let socket = StatusSocket(at: StateFolder(settings.state).statusSocket, group: group) { question in
            await self.answer(question)
        }
        var isTold = false
        while !Task.isCancelled {
            do {
                try await socket.run()
            } catch {
                guard !Task.isCancelled else { return }
                // Without it the agent does all the same.
                let level: Logger.Level = isTold ? .debug : .warning
                logger.log(level: level, "nobody can ask for the status", metadata: ["reason": "\(error)"])
                isTold = true
            }
            try? await Task.sleep(for: .seconds(30))
        }
    }

    private func answer(_ question: StatusQuestion) async -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        let answer: any Encodable & Sendable =
            switch question {
            case .status: await status()
            case .rotateKey: await rotateKey()
            }
        return (try? encoder.encode(answer)) ?? Data("{}".utf8)
    }

    private func status() async -> AgentStatus {
        let server = running.withLock { $0 }?.server ?? settings.servers[0].address
        var status = await board.status(platform: server.description, name: settings.name)
        status.offers = await OfferCheck(client: client).ask(book.withLock { $0.all })
        return status
    }

    private func rotateKey() async -> RotationAnswer {
        guard let agent = running.withLock({ $0 }) else {
            return RotationAnswer(error: "The agent has no key yet.")
        }
        return await agent.rotateKey()
    }
}
