import AgentIdentity
import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Transport

/// What somebody tried who did not mean well.
@Suite(.timeLimit(.minutes(3))) struct AgentAttackTests {
    @Test func `numbers of any size end nothing but their own request`() async throws {
        try await withControlPlane { world in
            try await withTransportClient { client in
                let agent = try TestAgent(at: world.url, client: client)
                let proof = try await agent.proof(.enroll) { proof in
                    proof.issuedAt = .min
                    proof.expiresAt = .max
                }
                #expect(try await agent.enroll(proof: proof).status == 401)
                let place = try ServiceEndpoint(world.url)
                let dialer = TunnelDialer(
                    platform: RemoteEndpoint(address: .tcp(host: place.host, port: place.port), usesTLS: false),
                    client: client)
                for peer in ["\(Int64.min).a.b", "\(Int64.max).a.b"] {
                    await #expect(throws: DialRefusal.self) {
                        _ = try await dialer.ask(at: "/api/v1/peer", proof: peer)
                    }
                }
                #expect(try await world.admin.get("/api/v1/me").status == 200)
            }
        }
    }

    @Test func `rotating the key puts out who is connected with the old one`() async throws {
        try await withAgent { world in
            let thief = try await world.agent.connect()
            try await world.waitUntilOnline()
            let next = AgentKeyPair()
            let challenge = try await world.agent.challenge()
            let body: [String: any Sendable] = [
                "proof": try await world.agent.proof(
                    .rotate, over: challenge, next: next.fingerprint.description),
                "nextProof": try await world.agent.proof(.rotate, over: challenge, by: next),
                "publicKey": next.publicKey.base64EncodedString(),
            ]
            _ = try await world.world.api(nil).post(AgentPath.rotate, body).expect(204)
            try await thief.closed.get()
            let owner = try TestAgent(
                at: world.world.url, ports: ["web": world.service.port], keys: next, client: world.client)
            let tunnel = try await owner.connect()
            _ = try await world.world.admin.poll(world.path()) { $0.json["connections"] as? Int == 1 }
            tunnel.close()
        }
    }

    @Test func `who had the agent's project before changes nothing of it, however slowly he asks`() async throws {
        try await withAgent { world in
            let tunnel = try await world.agent.connect()
            try await world.waitUntilOnline()
            let service = try await world.adopt()
            let member = try await world.world.makeUser([
                "email": "plant@example.com", "role": "projectAdmin", "projectId": world.project,
            ])
            let other = try await world.world.makeProject("Elsewhere").project
            let (started, begun) = AsyncStream.makeStream(of: Void.self)
            let (finish, finished) = AsyncStream.makeStream(of: Void.self)
            let slow = AsyncThrowingStream<ByteBuffer, any Error> { stream in
                stream.yield(ByteBuffer(string: "{\"name\":"))
                let task = Task {
                    begun.yield()
                    for await _ in finish { break }
                    stream.yield(ByteBuffer(string: "\"stolen\"}"))
                    stream.finish()
                }
                stream.onTermination = { _ in task.cancel() }
            }
            let place = try ServiceEndpoint(world.world.url)
            let platform = try DirectTransport(
                endpoint: RemoteEndpoint(address: .tcp(host: place.host, port: place.port), usesTLS: false),
                client: world.client)
            async let answer = platform.send(
                RemoteRequest(
                    method: .patch, target: "/api/v1/services/\(service)",
                    headerFields: [
                        .authorization: "Bearer \(member.token ?? "")", .contentType: "application/json",
                    ], body: .stream(slow, length: nil), timeout: .seconds(60)))
            for await _ in started { break }
            _ = try await world.world.admin.post(world.path("/transfer"), ["projectId": other]).expect(200)
            finished.yield()
            #expect(try await answer.status == .notFound)
            #expect(try await world.world.admin.get("/api/v1/services/\(service)")["name"] == "press-gw")
            tunnel.close()
        }
    }

    @Test func `fields that are too long for a tunnel are refused, and cut nobody off`() async throws {
        try await withAgent { world in
            let tunnel = try await world.agent.connect()
            try await world.waitUntilOnline()
            let service = try await world.adopt()
            let path = "/api/v1/services/\(service)/proxy/"
            let long = try await world.world.admin.send(
                "GET", path, headers: [("X-Long", String(repeating: "{", count: 40_000))])
            #expect(long.status == 400, "\(long)")
            #expect(try await world.world.admin.get(path).text == "well")
            #expect(try await world.world.admin.get(world.path()).json["connections"] as? Int == 1)
            tunnel.close()
        }
    }

    @Test(arguments: ["1000", "2", "4, 5", "-4", "x"])
    func `an answer through a tunnel has the length that it says, or is none`(length: String) async throws {
        try await withHTTPServer { exchange in
            try await exchange.respond("well")
        } _: { service in
            try await withControlPlane { world in
                let project = try await world.makeProject().project
                try await withTransportClient { client in
                    let agent = try TestAgent(
                        at: world.url, ports: ["web": service.port], client: client, lying: length)
                    let token = try await world.enrollmentToken(in: project, ["adoptsOffers": true]).secret
                    try await agent.enroll(token: token)
                    let tunnel = try await agent.connect()
                    let services = try await world.admin.poll("/api/v1/projects/\(project)/services") {
                        !$0.items.isEmpty
                    }
                    let id = try #require(services.items.first?["id"] as? String)
                    do {
                        let answer = try await world.admin.get("/api/v1/services/\(id)/proxy/")
                        #expect(answer.status == 502, "\(answer)")
                    } catch {
                        // It had begun already, and broke off.
                    }
                    #expect(try await world.admin.get("/api/v1/me").status == 200)
                    tunnel.close()
                }
            }
        }
    }
}
