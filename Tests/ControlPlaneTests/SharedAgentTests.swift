import AgentIdentity
import Fleet
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import Store
import TestSupport
import Testing
import Transport

@testable import ControlPlane

/// Agents of two control planes on one PostgreSQL.
@Suite(.serialized, .timeLimit(.minutes(3))) struct SharedAgentTests {
    private struct Pair: Sendable {
        let here: ControlPlaneWorld
        let there: ControlPlaneWorld
        let project: String
        let agent: TestAgent
        let agentId: String
        let client: DirectTransportClient
        let port: Int

        func path(_ rest: String = "") -> String { "/api/v1/agents/\(agentId)\(rest)" }
    }

    /// With an agent that has enrolled here, and is not connected.
    private func withPair(_ body: @Sendable @escaping (Pair) async throws -> Void) async throws {
        try await withHTTPServer { exchange in
            let body = try await exchange.wholeBody()
            try await exchange.respond("\(exchange.head.uri) \(body.readableBytes)")
        } _: { service in
            try await withDatabaseLocation(on: .postgres) { location in
                try await withBoth(location) { here, there in
                    let (_, project) = try await here.makeProject()
                    try await withTransportClient { client in
                        let agent = try TestAgent(at: here.url, ports: ["web": service.port], client: client)
                        let token = try await here.enrollmentToken(in: project).secret
                        let id = try await agent.enroll(token: token).expect(200)["agentId"]
                        try await body(
                            Pair(
                                here: here, there: there, project: project, agent: agent, agentId: id, client: client,
                                port: service.port))
                    }
                }
            }
        }
    }

    private func withBoth(
        _ location: DatabaseLocation,
        _ body: @Sendable @escaping (ControlPlaneWorld, ControlPlaneWorld) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let first = try await Database.open(location, logger: logger)
        let second = try await Database.open(location, logger: logger)
        let settings = ControlPlaneWorldSettings(interval: .milliseconds(500))
        let result: Result<Void, any Error>
        do {
            try await withControlPlane(over: first, settings) { here in
                try await withControlPlane(over: second, settings) { there in try await body(here, there) }
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await first.close()
        await second.close()
        try result.get()
    }

    /// - Returns: the service's id.
    private func adopt(_ pair: Pair) async throws -> String {
        _ = try await pair.here.admin.poll(pair.path()) { $0.json["newOffers"] as? Int == 1 }
        let adopted = try await pair.here.admin.post(pair.path("/adopt"), [:]).expect(200)
        let services = adopted.json["services"] as? [[String: Any]] ?? []
        return try #require(services.first?["id"] as? String, "\(adopted)")
    }

    @Test func `an agent that is connected to one is reached through both`() async throws {
        try await withPair { pair in
            let tunnel = try await pair.agent.connect()
            let service = try await adopt(pair)
            _ = try await pair.there.admin.poll(pair.path()) { $0.json["online"] as? Bool == true }
            // Also by whichever of the two probes the fleet.
            _ = try await pair.there.admin.poll("/api/v1/services/\(service)") { $0["status"] == "online" }
            let body = String(repeating: "x", count: 3 << 20)
            for world in [pair.here, pair.there] {
                let answer = try await world.admin.send("POST", "/api/v1/services/\(service)/proxy/a?b=c", body: body)
                #expect(answer.text == "/a?b=c \(3 << 20)", "\(answer)")
            }
            tunnel.close()
            for world in [pair.here, pair.there] {
                _ = try await world.admin.poll(pair.path()) { $0.json["online"] as? Bool == false }
                let refused = try await world.admin.get("/api/v1/services/\(service)/proxy/")
                #expect(refused.status == 502)
            }
        }
    }

    @Test func `what is revoked at one is cut off at the other`() async throws {
        try await withPair { pair in
            let tunnel = try await pair.agent.connect()
            _ = try await pair.there.admin.poll(pair.path()) { $0.json["online"] as? Bool == true }
            _ = try await pair.there.admin.post(pair.path("/revoke"), [:]).expect(200)
            try await tunnel.closed.get()
        }
    }

    @Test func `a proof that was used at one is worth nothing at the other`() async throws {
        try await withPair { pair in
            let proof = try await pair.agent.proof(.connect)
            let tunnel = try await pair.agent.connect(proof: proof)
            let other = try TestAgent(
                at: pair.there.url, ports: ["web": pair.port], keys: pair.agent.keys, instance: pair.agent.instance,
                client: pair.client)
            let refusal = await #expect(throws: DialRefusal.self) { _ = try await other.connect(proof: proof) }
            #expect(refusal?.status == 401)
            // A challenge of one is good at the other, though.
            let second = try await other.connect(proof: try await pair.agent.proof(.connect))
            tunnel.close()
            second.close()
        }
    }

    @Test func `one key that is used at both control planes is noticed`() async throws {
        try await withPair { pair in
            let tunnel = try await pair.agent.connect()
            _ = try await pair.there.admin.poll(pair.path()) { $0.json["online"] as? Bool == true }
            let copy = try TestAgent(
                at: pair.there.url, ports: ["web": pair.port], keys: pair.agent.keys, client: pair.client)
            let refusal = await #expect(throws: DialRefusal.self) { _ = try await copy.connect() }
            #expect(refusal?.status == 409)
            let shown = try await pair.here.admin.poll(pair.path()) { $0.json["clone"] is [String: Any] }
            #expect(shown.json["online"] as? Bool == true)
            tunnel.close()
        }
    }

    @Test func `an agent that goes to the other control plane is online all the same`() async throws {
        try await withPair { pair in
            let tunnel = try await pair.agent.connect()
            let service = try await adopt(pair)
            let elsewhere = try TestAgent(
                at: pair.there.url, ports: ["web": pair.port], keys: pair.agent.keys, instance: pair.agent.instance,
                client: pair.client)
            let second = try await elsewhere.connect()
            tunnel.close()
            try await tunnel.closed.get()
            // Each of the two hears of it in its own time.
            for world in [pair.here, pair.there] {
                _ = try await world.admin.poll("/api/v1/services/\(service)/proxy/") { $0.status == 200 }
                let shown = try await world.admin.get(pair.path())
                #expect(shown.json["online"] as? Bool == true)
            }
            second.close()
        }
    }

    @Test func `a forged or used word between control planes opens nothing`() async throws {
        try await withPair { pair in
            let place = try ServiceEndpoint(pair.here.url)
            let dialer = TunnelDialer(
                platform: RemoteEndpoint(address: .tcp(host: place.host, port: place.port), usesTLS: false),
                client: pair.client)
            for proof in ["x", "1.2.3", "\(Int(Date().timeIntervalSince1970 * 1000)).abc.def"] {
                await #expect(throws: DialRefusal.self) { _ = try await dialer.ask(at: PeerNetwork.path, proof: proof) }
            }
        }
    }
}
