import Agent
import AgentIdentity
import Crypto
import Fleet
import Foundation
package import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import ServiceLifecycle
import Transport

/// An agent beside each of the simulated services, all in one process. They find, prove and dial as the real program does,
/// without its files and its status.
package struct SimulatedAgents: Service {
    package struct Configuration: Sendable {
        /// The platform's URL.
        package var server: String
        /// Of enrolment; without one they wait to be claimed.
        package var token: String?
        /// A file of authorities (PEM) that the platform's certificate may be of, in place of the system's.
        package var authorities: String?
        /// Agents of the same seed have the same keys every time.
        package var seed: UInt64

        package init(server: String, token: String?, authorities: String? = nil, seed: UInt64) {
            self.server = server
            self.token = token
            self.authorities = authorities
            self.seed = seed
        }
    }

    private let configuration: Configuration
    private let addresses: AsyncStream<SimulatedAddresses>
    private let logger: Logger

    /// - Parameter addresses: where the services are, once they are there.
    package init(_ configuration: Configuration, addresses: AsyncStream<SimulatedAddresses>, logger: Logger) {
        self.configuration = configuration
        self.addresses = addresses
        self.logger = logger
    }

    /// - Throws: `.invalidInput` when the platform's URL is none.
    package func run() async throws {
        let client = DirectTransportClient(targets: TargetGuard(refused: []))
        do {
            for await addresses in addresses.cancelOnGracefulShutdown() {
                let agents = try (0..<addresses.configuration.count).map { try agent($0, addresses, client) }
                await cancelWhenGracefulShutdown {
                    await withDiscardingTaskGroup { group in
                        for agent in agents { group.addTask { await agent.run() } }
                    }
                }
            }
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    private func agent(
        _ index: Int, _ addresses: SimulatedAddresses, _ client: DirectTransportClient
    ) throws -> SimulatedAgent {
        let name = SimulatedAddresses.basePath(index).replacing("/edge", with: "site")
        var draft = AgentSettingsDraft()
        draft.servers = [configuration.server]
        draft.token = configuration.token
        draft.authorities = configuration.authorities
        draft.name = name
        draft.offers = [
            try LocalOffer(name: "neuronex", url: addresses.url(index), category: .neuronex, field: "offer")
        ]
        let settings = try draft.complete(machine: name)
        let seed = Data("edgewright simulate \(configuration.seed) \(index)".utf8)
        return SimulatedAgent(
            key: try AgentKeyPair(seed: Data(SHA256.hash(data: seed))),
            platform: PlatformClient(settings, client: client), settings: settings, client: client, logger: logger)
    }
}

/// One of them.
private struct SimulatedAgent: Sendable {
    let key: AgentKeyPair
    let platform: PlatformClient
    let settings: AgentSettings
    let client: DirectTransportClient
    let logger: Logger

    private var profile: AgentProfile {
        AgentProfile(
            name: settings.name, description: "simulated", version: AgentProgram.version, system: AgentProgram.system,
            offers: settings.offers.map(\.offer))
    }

    /// Until its task is cancelled; its connection is closed then.
    func run() async {
        let profile = profile
        let itself = AgentItself(profile: { profile }, discover: { AgentDiscovery(items: []) })
        let targets = AgentTargets(client: client, dockerServices: "127.0.0.1", itself: itself)
        do { try targets.replace(with: settings.offers) } catch {
            return logger.error("a simulated agent has nothing to offer", metadata: ["reason": "\(error)"])
        }
        let feed = SessionFeed(loop: MultiThreadedEventLoopGroup.singleton.next())
        var happening = feed.events.makeAsyncIterator()
        var session = AgentSession()
        var action = session.begin()
        let open = NIOLockedValueBox<TunnelServer?>(nil)
        while !Task.isCancelled {
            let done = await perform(action, targets, feed, open)
            guard let event = if let done { done } else { await happening.next() } else { break }
            action = session.handle(event, spread: .random(in: 0..<1))
        }
        open.withLockedValue { $0 }?.close()
    }

    /// - Returns: what came of it; `nil` when that comes by itself.
    private func perform(
        _ action: AgentSession.Action, _ targets: AgentTargets, _ feed: SessionFeed,
        _ open: NIOLockedValueBox<TunnelServer?>
    ) async -> AgentSession.Event? {
        do {
            switch action {
            case .challenge: return .challenged(try await platform.challenge())
            case .enroll(let challenge):
                _ = try await platform.enroll(over: challenge, key, profile)
                return .enrolled
            case .connect(let challenge, _, let number):
                let tunnel = try await platform.dial(over: challenge, key, serving: targets)
                open.withLockedValue { $0 = tunnel }
                feed.watch(tunnel, number)
                return .connected(number)
            case .wait(let wait, let seconds):
                feed.wait(wait, seconds: seconds)
                return nil
            case .listen: return nil
            }
        } catch {
            return Task.isCancelled ? nil : AgentSession.Event(error)
        }
    }
}
