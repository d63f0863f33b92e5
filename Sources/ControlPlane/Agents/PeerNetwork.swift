import Crypto
import Fleet
import Foundation
import Logging
import NIOConcurrencyHelpers
import NIOCore
import Store
import Transport

/// The other control planes on the same store: agents that are connected to one of them are reached through it.
package actor PeerNetwork {
    /// Where control planes take each other's connections.
    package static let path = "/api/v1/peer"
    /// Of one direction between two: what is under way at once on a connection has a bound.
    private static let connectionsPerPeer = 2
    /// After a dial that failed, so that requests do not queue up behind a control plane that is gone.
    private static let restAfterFailure = Duration.seconds(1)
    /// What is under way through one that has said goodbye has so long: more than that one gives itself.
    private static let farewell = TimeAmount.seconds(6)

    private struct Link {
        var dialling: Task<TunnelClient, any Error>?
        var tunnel: TunnelClient?
        var failure: (error: TransportError, at: ContinuousClock.Instant)?
    }

    /// Names this process among them; drawn anew at each start.
    package nonisolated let holder: String
    private let proofs: PeerProofs
    private let client: DirectTransportClient
    /// PEM of who signs the others' certificates; the system's when absent.
    private let authorities: String?
    private let logger: Logger
    /// Where they are according to the store.
    private let lookUp: @Sendable () async throws -> [String: String]
    private var addresses: [String: String] = [:]
    private var lookedUp: ContinuousClock.Instant?
    private var links: [String: [Link]] = [:]
    private var next = 0
    private var told: [String: ContinuousClock.Instant] = [:]
    /// In which the others ask for this one's agents.
    private nonisolated let askers = NIOLockedValueBox<[ObjectIdentifier: TunnelServer]>([:])

    init(
        holder: String, proofs: PeerProofs, client: DirectTransportClient, authorities: String?, logger: Logger,
        lookUp: @escaping @Sendable () async throws -> [String: String]
    ) {
        self.holder = holder
        self.proofs = proofs
        self.client = client
        self.authorities = authorities
        self.logger = logger
        self.lookUp = lookUp
    }

    /// Those that are there, and where: what is not among them is not dialled any more.
    func know(_ addresses: [String: String]) {
        self.addresses = addresses
        for gone in links.keys where addresses[gone] == nil {
            for link in links[gone, default: []] {
                link.dialling?.cancel()
                link.tunnel?.goAway(within: Self.farewell)
            }
            links[gone] = nil
        }
    }

    func close() async {
        for link in links.values.flatMap(\.self) {
            link.dialling?.cancel()
            link.tunnel?.close()
        }
        links = [:]
        await client.shutdown()
    }

    /// From any thread.
    nonisolated func add(_ asker: TunnelServer) {
        let id = ObjectIdentifier(asker)
        askers.withLockedValue { $0[id] = asker }
        asker.closed.whenComplete { [askers] _ in askers.withLockedValue { $0[id] = nil } }
    }

    /// Tells the others to ask no more here. Returns when what they have under way has ended, or when its task is cancelled,
    /// which ends it.
    nonisolated func dismissAll() async {
        let all = askers.withLockedValue { Array($0.values) }
        for asker in all { asker.goAway() }
        await withTaskCancellationHandler {
            for asker in all { try? await asker.closed.get() }
        } onCancel: {
            for asker in all { asker.close() }
        }
    }

    /// Whether another control plane has made this for this one.
    nonisolated func isFromPeer(_ proof: String) -> Bool { proofs.check(proof, for: holder) }

    /// - Throws: `TransportError` of kind `.pathDown`.
    func tunnel(to peer: String) async throws -> TunnelClient {
        guard let address = await address(of: peer) else {
            throw TransportError(.pathDown, "the control plane that holds the agent's connection can't be reached")
        }
        next = (next + 1) % Self.connectionsPerPeer
        let place = next
        var link = links[peer]?[place] ?? Link()
        if let tunnel = link.tunnel, tunnel.takesRequests { return tunnel }
        if let failure = link.failure, ContinuousClock.now - failure.at < Self.restAfterFailure { throw failure.error }
        let dialling = link.dialling ?? Task { try await dial(peer, address) }
        link.dialling = dialling
        put(link, to: peer, at: place)
        do {
            let tunnel = try await dialling.value
            // Meanwhile the other may be gone for good.
            if !put(Link(tunnel: tunnel), to: peer, at: place) { tunnel.close() }
            return tunnel
        } catch {
            tellOfFailure(peer, address, error)
            let failure = TransportError(
                .pathDown, "the control plane at \(address), which holds the agent's connection, can't be reached",
                cause: error)
            put(Link(failure: (failure, .now)), to: peer, at: place)
            throw failure
        }
    }

    /// One that has just come is asked for at once, and not only at the next look.
    private func address(of peer: String) async -> String? {
        let isDue = lookedUp.map { ContinuousClock.now - $0 >= Self.restAfterFailure } ?? true
        if addresses[peer] ?? "" == "", isDue {
            lookedUp = .now
            if let found = try? await lookUp() { know(found) }
        }
        return addresses[peer].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// - Returns: whether it is kept.
    @discardableResult
    private func put(_ link: Link, to peer: String, at place: Int) -> Bool {
        guard addresses[peer] != nil else { return false }
        links[peer, default: Array(repeating: Link(), count: Self.connectionsPerPeer)][place] = link
        return true
    }

    /// Once a minute: without it nobody knows why agents of another control plane are not reached.
    private func tellOfFailure(_ peer: String, _ address: String, _ error: any Error) {
        let now = ContinuousClock.now
        guard told[peer].map({ now - $0 > .seconds(60) }) ?? true else { return }
        told[peer] = now
        logger.warning(
            "another control plane can't be reached; see --peer-address and --peer-ca",
            metadata: ["address": "\(address)", "reason": "\(error)"])
    }

    private func dial(_ peer: String, _ address: String) async throws -> TunnelClient {
        let place = try ServiceEndpoint(address)
        let dialer = TunnelDialer(
            platform: RemoteEndpoint(
                address: .tcp(host: place.host, port: place.port), usesTLS: place.scheme == .https,
                basePath: place.basePath, verification: .full(authorities: authorities)), client: client)
        return try await dialer.ask(at: Self.path, proof: proofs.make(for: peer))
    }
}

/// What control planes prove themselves to each other with: all of them have the sealing key.
struct PeerProofs: Sendable {
    private static let lifetime = Duration.seconds(30)

    let key: SymmetricKey
    let now: @Sendable () -> Timestamp
    private let used = NIOLockedValueBox<[String: Timestamp]>([:])

    init(key: SymmetricKey, now: @Sendable @escaping () -> Timestamp) {
        self.key = key
        self.now = now
    }

    /// - Parameter peer: who is to be convinced: a proof for one is worth nothing at another.
    func make(for peer: String) -> String {
        let text = "\(now().milliseconds).\(Secret.make(prefix: ""))"
        return "\(text).\(code(text, peer))"
    }

    /// Whether it is one for `holder`, made just now, and not seen before.
    func check(_ proof: String, for holder: String) -> Bool {
        let parts = proof.split(separator: ".").map(String.init)
        guard proof.utf8.count <= 500, parts.count == 3, let made = Int64(parts[0]) else { return false }
        let text = "\(parts[0]).\(parts[1])"
        // Before anything is reckoned with it: until then it may be any number.
        guard Secret.equal(parts[2], code(text, holder)) else { return false }
        // Their clocks may differ a little.
        let age = now().since(Timestamp(milliseconds: made))
        guard abs(age.wholeMilliseconds) < Self.lifetime.wholeMilliseconds else { return false }
        return used.withLockedValue { used in
            let now = now()
            used = used.filter { $0.value > now }
            return used.updateValue(now + Self.lifetime * 2, forKey: text) == nil
        }
    }

    private func code(_ text: String, _ peer: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data("\(peer).\(text)".utf8), using: key)
        return code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

/// What another control plane may reach through this one: the agents that are connected here.
struct PeerTargets: TunnelTargets {
    let directory: AgentDirectory
    let connections: AgentConnections

    static func authority(_ agent: Identifier<EdgeAgent>, _ target: String) -> String { "\(agent)/\(target)" }

    func transport(to authority: String) throws -> any Transport {
        let parts = authority.split(separator: "/", maxSplits: 1)
        let id = Identifier<EdgeAgent>(rawValue: String(parts.first ?? ""))
        guard parts.count == 2, let entry = directory.entry(id), entry.state != .revoked,
            let tunnel = connections.tunnel(to: id)
        else { throw TransportError(.pathDown, "the agent is not connected any more") }
        return TunnelTransport(agent: entry.name, offer: String(parts[1])) { tunnel }
    }
}
