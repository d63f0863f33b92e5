import AgentIdentity
import Fleet
import Foundation
import TestSupport
import Testing
import Transport

/// Who is let in, and who is not.
@Suite struct AgentEnrollmentTests {
    @Test func `a proof is good once, for one thing, at one platform, and for a while`() async throws {
        try await withAgent { world in
            let agent = world.agent
            let proof = try await agent.proof(.connect)
            let tunnel = try await agent.connect(proof: proof)
            await refused(401) { _ = try await agent.connect(proof: proof) }
            let challenge = try await agent.challenge()
            for change: (inout AgentProof) -> Void in [
                { $0.audience = "edgewright:other" }, { $0.nonce = "1.2.3" }, { $0.purpose = .enroll },
                { $0.nonce = String($0.nonce.dropLast()) + ($0.nonce.last == "A" ? "B" : "A") },
                { $0.expiresAt = $0.issuedAt - 10 }, { $0.expiresAt += 86_400 }, { $0.issuedAt += 86_400 },
                { $0.instance = "" },
            ] {
                let bad = try await agent.proof(.connect, over: challenge, changing: change)
                await refused(401) { _ = try await agent.connect(proof: bad) }
            }
            let stolen = try await agent.proof(.connect, by: AgentKeyPair())
            await refused(404) { _ = try await agent.connect(proof: stolen) }
            for garbage in ["x", "a.b.c", String(repeating: "x", count: 9000)] {
                await refused(401) { _ = try await agent.connect(proof: garbage) }
            }
            let enrolment = try await agent.proof(.enroll)
            #expect(try await agent.enroll(proof: enrolment).status == 200)
            #expect(try await agent.enroll(proof: enrolment).status == 401)
            tunnel.close()
        }
    }

    private func refused(_ status: Int, _ body: () async throws -> Void) async {
        let refusal = await #expect(throws: DialRefusal.self) { try await body() }
        #expect(refusal?.status == status)
    }

    @Test func `the commands of a token show it to nobody who lists the machine's programs`() async throws {
        try await withControlPlane { world in
            let project = try await world.makeProject().project
            let created = try await world.admin.post(
                "/api/v1/projects/\(project)/enrollment-tokens", ["name": "hall"]
            ).expect(201)
            let token = created["token"]
            let commands = try #require(created.json["commands"] as? [String: String])
            #expect(commands["install"]?.contains(" && echo \(token) | sudo ./edgewright-agent install ") == true)
            #expect(commands["install"]?.hasSuffix(" --discover --token-file -") == true)
            #expect(commands["run"]?.contains(" EDGEWRIGHT_AGENT_TOKEN=\(token) ./edgewright-agent run ") == true)
            #expect(commands["container"]?.hasPrefix("EDGEWRIGHT_AGENT_TOKEN=\(token) docker run ") == true)
            #expect(commands["container"]?.contains(" -e EDGEWRIGHT_AGENT_TOKEN ") == true)
            #expect(!commands.values.contains { $0.contains("--token ") })
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a token lets in as many as it says, until it ends or is revoked`(engine: TestEngine) async throws {
        try await withControlPlane(on: engine) { world in
            let project = try await world.makeProject().project
            try await withTransportClient { client in
                let token = try await world.enrollmentToken(in: project, ["maximumUses": 2])
                let first = try TestAgent(at: world.url, client: client)
                #expect(try await first.enroll(token: token.secret)["state"] == "managed")
                // Again with the same key: the same agent, and no further use.
                #expect(try await first.enroll(token: token.secret).status == 200)
                #expect(try await TestAgent(at: world.url, client: client).enroll(token: token.secret).status == 200)
                let third = try TestAgent(at: world.url, client: client)
                #expect(try await third.enroll(token: token.secret).status == 403)
                #expect(try await third.enroll(token: "ewe_wrong").status == 403)
                let other = try await world.enrollmentToken(in: project)
                _ = try await world.admin.delete("/api/v1/projects/\(project)/enrollment-tokens/\(other.id)").expect(
                    204)
                #expect(try await third.enroll(token: other.secret).text.contains("revoked"))
                let listed = try await world.admin.get("/api/v1/projects/\(project)/enrollment-tokens").expect(200)
                #expect(listed.items.map { $0["state"] as? String } == ["revoked", "usedUp"])
                #expect(!listed.text.contains(token.secret))
                #expect(
                    try await world.admin.get("/api/v1/projects/\(project)/agents?total=true").json["total"] as? Int
                        == 2)
            }
        }
    }

    @Test func `many that come at once with a token that has one use left are one`() async throws {
        try await withControlPlane(on: .postgres) { world in
            let project = try await world.makeProject().project
            let token = try await world.enrollmentToken(in: project)
            let states = try await withTransportClient { client in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<8 {
                        let agent = try TestAgent(at: world.url, client: client)
                        group.addTask { try await agent.enroll(token: token.secret).status }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
            #expect(states.sorted() == [200, 403, 403, 403, 403, 403, 403, 403])
        }
    }

    @Test func `an agent without a token waits until somebody claims it who knows its key`() async throws {
        try await withControlPlane { world in
            let project = try await world.makeProject().project
            let member = try await world.makeUser([
                "email": "plant@example.com", "role": "projectAdmin", "projectId": project,
            ])
            try await withTransportClient { client in
                let agent = try TestAgent(at: world.url, name: "lonely", client: client)
                #expect(try await agent.enroll()["state"] == "unmanaged")
                let tunnel = try await agent.connect()
                let waiting = try await world.admin.poll("/api/v1/agents/unmanaged") { $0.items.count == 1 }
                let id = try #require(waiting.items.first?["id"] as? String)
                #expect(try await member.get("/api/v1/agents/unmanaged").status == 403)
                #expect(try await member.get("/api/v1/agents/\(id)").status == 404)
                let agents = "/api/v1/projects/\(project)/agents"
                #expect(try await member.post(agents, ["agentId": id]).badFields == ["agentId"])
                #expect(try await member.post(agents, ["fingerprint": "SHA256:x"]).status == 404)
                let claimed = try await member.post(
                    agents, ["fingerprint": agent.keys.fingerprint.description, "name": "press hall 2"]
                ).expect(201)
                #expect(claimed["id"] == id)
                #expect(claimed["state"] == "managed")
                #expect(claimed["name"] == "press hall 2")
                #expect(try await member.get("/api/v1/agents/\(id)").status == 200)
                #expect(try await world.admin.get("/api/v1/agents/unmanaged").items.isEmpty)
                #expect(try await member.post(agents, ["agentId": id]).status == 400)
                let again = try await world.admin.post(agents, ["fingerprint": agent.keys.fingerprint.description])
                #expect(again.status == 409 && again.text.contains("press hall 2"), "\(again)")
                let audit = try await world.admin.get("/api/v1/audit?target=\(id)")
                #expect(audit.items.contains { $0["operation"] as? String == "agent.claim" }, "\(audit)")
                tunnel.close()
            }
        }
    }

    @Test func `what an agent offers that waits is what it says when it comes, and again when it comes anew`()
        async throws
    {
        try await withControlPlane { world in
            try await withTransportClient { client in
                let agent = try TestAgent(at: world.url, client: client)
                _ = try await agent.enroll().expect(200)
                for names in [["one"], ["one", "two"]] {
                    agent.profile.value.offers = names.map {
                        AgentOffer(name: $0, kind: .service, category: .custom, url: "http://127.0.0.1:1")
                    }
                    let tunnel = try await agent.connect()
                    let waiting = try await world.admin.poll("/api/v1/agents/unmanaged") {
                        $0.items.first?["offers"] as? Int == names.count
                    }
                    let id = waiting.items.first?["id"] as? String ?? ""
                    let offers = try await world.admin.get("/api/v1/agents/\(id)/offers").expect(200)
                    #expect(offers.items.map { $0["name"] as? String } == names)
                    tunnel.close()
                }
            }
        }
    }

    @Test func `a deleted agent comes back as one that waits, whatever token it has`() async throws {
        try await withAgent(token: ["maximumUses": 10]) { world in
            _ = try await world.world.admin.delete(world.path()).expect(204)
            let token = try await world.world.enrollmentToken(in: world.project, ["maximumUses": 5]).secret
            let back = try await world.agent.enroll(token: token).expect(200)
            #expect(back["state"] == "unmanaged")
            #expect(back["notice"].contains("deleted"))
            let agents = "/api/v1/projects/\(world.project)/agents"
            let key = world.agent.keys.fingerprint.description
            _ = try await world.world.admin.post(agents, ["fingerprint": key]).expect(201)
        }
    }

    @Test func `who joins under a name that is taken is told so`() async throws {
        try await withControlPlane { world in
            let project = try await world.makeProject().project
            let token = try await world.enrollmentToken(in: project, ["maximumUses": 5]).secret
            try await withTransportClient { client in
                let agents = try (0..<3).map { _ in try TestAgent(at: world.url, client: client) }
                agents[2].profile.value.name = "another"
                let first = try await agents[0].enroll(token: token).expect(200)
                #expect(first.json["notice"] == nil)
                let second = try await agents[1].enroll(token: token).expect(200)
                #expect(second["notice"].contains("agents edit \(second["agentId"])"), "\(second)")
                let third = try await agents[2].enroll(token: token).expect(200)
                #expect(third.json["notice"] == nil)
            }
        }
    }

    @Test func `an agent changes its key, and the old one is worth nothing any more`() async throws {
        try await withAgent { world in
            let agent = world.agent
            let next = AgentKeyPair()
            let challenge = try await agent.challenge()
            let named = next.fingerprint.description
            func rotate(_ proof: String, _ nextProof: String, _ key: AgentKeyPair) async throws -> Int {
                try await world.world.api(nil).post(
                    AgentPath.rotate,
                    ["proof": proof, "nextProof": nextProof, "publicKey": key.publicKey.base64EncodedString()]
                ).status
            }
            let proof = try await agent.proof(.rotate, over: challenge, next: named)
            let nextProof = try await agent.proof(.rotate, over: challenge, by: next)
            let foreign = try await agent.proof(.rotate, over: challenge, by: AgentKeyPair())
            #expect(try await rotate(proof, foreign, next) == 401)
            let unnamed = try await agent.proof(.rotate, over: challenge)
            #expect(try await rotate(unnamed, nextProof, next) == 401)
            #expect(try await rotate(proof, nextProof, next) == 204)
            #expect(try await rotate(proof, nextProof, next) != 204)
            await refused(404) { _ = try await agent.connect() }
            let renewed = try TestAgent(
                at: world.world.url, ports: ["web": world.service.port], keys: next, client: world.client)
            let tunnel = try await renewed.connect()
            let shown = try await world.world.admin.poll(world.path()) { $0.json["online"] as? Bool == true }
            #expect(shown["fingerprint"] == named)
            tunnel.close()
        }
    }

    @Test func `those who come all at once are given places in time`() async throws {
        let limits = AdmissionControl.Limits(perSecond: 1, burst: 2, longestWait: 30)
        try await withControlPlane(agentAdmission: limits) { world in
            // Whoever only asks takes nobody's place.
            #expect(try await challenges(20, world).allSatisfy(\.isOne))
            let project = try await world.makeProject().project
            let token = try await world.enrollmentToken(in: project).secret
            let tunnels = try await withTransportClient { client in
                let agent = try TestAgent(at: world.url, client: client)
                try await agent.enroll(token: token)
                let proofs = try await [agent.proof(.connect), agent.proof(.connect), agent.proof(.connect)]
                for proof in proofs { try await agent.connect(proof: proof).close() }
                return proofs.count
            }
            #expect(tunnels == 3)
            let answers = try await challenges(3, world)
            #expect(answers.contains { !$0.isOne })
            #expect(answers.allSatisfy { $0.isOne || $0.wait >= 1 })
            // Nobody else is kept from anything.
            #expect(try await world.admin.get("/api/v1/me").status == 200)
        }
    }

    private struct ChallengeAnswer: Sendable {
        let isOne: Bool
        /// In seconds.
        let wait: Int
    }

    private func challenges(_ count: Int, _ world: ControlPlaneWorld) async throws -> [ChallengeAnswer] {
        var answers: [ChallengeAnswer] = []
        for _ in 0..<count {
            let answer = try await world.api(nil).send("POST", AgentPath.challenge)
            answers.append(
                ChallengeAnswer(isOne: answer.status == 200, wait: Int(answer.headers["retry-after"] ?? "") ?? 0))
        }
        return answers
    }
}
