package import AgentIdentity
package import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
import Synchronization
package import Transport

/// An agent in the test's own process: it proves itself as the real program does, and does the rest as the test says.
package struct TestAgent: Sendable {
    package let keys: AgentKeyPair
    package let instance: String
    package let platform: RemoteEndpoint
    package let profile: Mutable<AgentProfile>
    package let client: DirectTransportClient
    private let offers: LocalOffers
    private let lying: String?

    /// What a test may change while others read it.
    package final class Mutable<Value: Sendable>: Sendable {
        private let box: Mutex<Value>

        package init(_ value: Value) { box = Mutex(value) }
        package var value: Value {
            get { box.withLock { $0 } }
            set { box.withLock { $0 = newValue } }
        }
    }

    /// - Parameters:
    ///   - ports: of local services, by the offer's name.
    ///   - lying: the length that it says every answer has, whatever it is.
    package init(
        at url: String, name: String = "press-gw", ports: [String: Int] = [:], keys: AgentKeyPair = AgentKeyPair(),
        instance: String = UUID().uuidString, client: DirectTransportClient, lying: String? = nil
    ) throws {
        self.lying = lying
        let place = try ServiceEndpoint(url)
        platform = RemoteEndpoint(
            address: .tcp(host: place.host, port: place.port), usesTLS: place.scheme == .https, verification: .none)
        self.keys = keys
        self.instance = instance
        self.client = client
        offers = try LocalOffers(
            ports.mapValues { RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: $0), usesTLS: false) },
            client: client)
        let listed = ports.sorted { $0.key < $1.key }.map { name, port in
            AgentOffer(name: name, kind: .service, category: .custom, url: "http://127.0.0.1:\(port)")
        }
        profile = Mutable(
            AgentProfile(name: name, description: "", version: "1.0", system: "linux x86_64", offers: listed))
    }

    private var api: TestAPI {
        guard case .tcp(let host, let port) = platform.address else { preconditionFailure("made from a URL") }
        return TestAPI(url: "\(platform.usesTLS ? "https" : "http")://\(host):\(port)", token: nil)
    }

    package func challenge() async throws -> AgentChallenge {
        let answer = try await api.send("POST", AgentPath.challenge).expect(200)
        return try JSONDecoder().decode(AgentChallenge.self, from: answer.body)
    }

    /// A proof over a new challenge, or over the one that is given.
    package func proof(
        _ purpose: AgentProof.Purpose, over given: AgentChallenge? = nil, next: String? = nil,
        by other: AgentKeyPair? = nil, changing change: (inout AgentProof) -> Void = { _ in }
    ) async throws -> String {
        let asked: AgentChallenge
        if let given { asked = given } else { asked = try await challenge() }
        var proof = AgentProof(
            audience: asked.audience, nonce: asked.nonce, purpose: purpose, issuedAt: asked.issuedAt,
            expiresAt: asked.expiresAt, instance: instance, next: next)
        change(&proof)
        return try SignedProof(proof, by: other ?? keys).text
    }

    @discardableResult
    package func enroll(token: String? = nil, proof given: String? = nil) async throws -> TestAnswer {
        let proof: String
        if let given { proof = given } else { proof = try await self.proof(.enroll) }
        let request = EnrollAgentRequest(
            proof: proof, publicKey: keys.publicKey.base64EncodedString(), token: token, profile: profile.value)
        let body = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
        return try await api.send("POST", AgentPath.enroll, body: body, headers: [("Content-Type", "application/json")])
    }

    /// - Throws: `DialRefusal`.
    package func connect(proof given: String? = nil) async throws -> TunnelServer {
        let proof: String
        if let given { proof = given } else { proof = try await self.proof(.connect) }
        let targets = Targets(offers: offers, profile: profile, lying: lying)
        return try await TunnelDialer(platform: platform, client: client).serve(
            targets, at: AgentPath.tunnel, proof: proof, timeout: .seconds(60))
    }

    private struct Targets: TunnelTargets {
        let carriesBytes = true
        let offers: LocalOffers
        let profile: Mutable<AgentProfile>
        let lying: String?

        func transport(to authority: String) async throws -> any Transport {
            if authority == AgentProfile.authority { return Program(profile: profile) }
            let transport = try offers.transport(to: authority)
            return lying.map { Liar(transport: transport, length: $0) } ?? transport
        }
    }

    /// Says another length than its answers have.
    private struct Liar: Transport {
        let transport: any Transport
        let length: String

        func send(_ request: RemoteRequest) async throws -> RemoteResponse {
            var answer = try await transport.send(request)
            answer.headerFields[.contentLength] = length
            return answer
        }

        func upgrade(_ request: RemoteRequest) async throws -> RemoteUpgrade { try await transport.upgrade(request) }
    }

    /// Answers in the place of the agent's program.
    private struct Program: Transport {
        let profile: Mutable<AgentProfile>

        func send(_ request: RemoteRequest) async throws -> RemoteResponse {
            let json: Data
            if request.target == AgentProfile.discoveryPath {
                let found = profile.value.offers.map { AgentDiscovery.Found($0, offered: true) }
                json = try JSONEncoder().encode(AgentDiscovery(items: found))
            } else {
                json = try JSONEncoder().encode(profile.value)
            }
            let body = AsyncThrowingStream<ByteBuffer, any Error> { stream in
                stream.yield(ByteBuffer(data: json))
                stream.finish()
            }
            return RemoteResponse(status: .ok, headerFields: [:], body: body)
        }

        func upgrade(_: RemoteRequest) async throws -> RemoteUpgrade {
            throw TransportError(.invalidRequest, "nothing to upgrade to")
        }
    }
}

/// An agent of a project that is only known, and not there.
package struct KnownAgent: Sendable {
    package let id: String
}

extension ControlPlaneWorld {
    /// Makes an enrolment token of a project.
    package func enrollmentToken(
        in project: String, _ more: [String: any Sendable] = [:]
    ) async throws -> (id: String, secret: String) {
        let body = more.merging(["name": "hall"]) { first, _ in first }
        let made = try await admin.post("/api/v1/projects/\(project)/enrollment-tokens", body).expect(201)
        return (made["id"], made["token"])
    }

    /// Makes an agent of a project, which does not connect.
    package func enrolledAgent(in project: String) async throws -> KnownAgent {
        try await withTransportClient { client in
            let agent = try TestAgent(at: url, client: client)
            let answer = try await agent.enroll(token: try await enrollmentToken(in: project).secret).expect(200)
            return KnownAgent(id: answer["agentId"])
        }
    }
}
