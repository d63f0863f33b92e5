import Fleet
import Store
import TestSupport
import Testing

@testable import ControlPlane

@Suite struct UnmanagedPlacesTests {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)

    private func agent(
        _ index: Int, at address: String, state: EdgeAgent.State = .unmanaged, online: Bool = false,
        seen: Int64? = nil, made: Int64 = 700
    ) -> WaitingAgent {
        WaitingAgent(
            id: Identifier(rawValue: "a\(index)"), state: state, address: address, online: online,
            lastSeen: seen.map { Self.now - .seconds($0) }, createdAt: Self.now - .seconds(made))
    }

    private func decide(_ waiting: [WaitingAgent], for address: String = "203.0.113.7") -> UnmanagedPlaces.Decision {
        UnmanagedPlaces(waiting: waiting, now: Self.now).decide(for: address)
    }

    /// As many as there may be, of as many sites.
    private func crowd(_ count: Int = UnmanagedPlaces.most - 1, online: Bool = true) -> [WaitingAgent] {
        (0..<count).map { agent($0, at: "10.0.\($0 / 250).\($0 % 250)", online: online, seen: online ? 0 : nil) }
    }

    @Test func `there is a place until there are too many`() {
        #expect(decide([]) == .free)
        #expect(decide(crowd()) == .free)
        #expect(decide(crowd(UnmanagedPlaces.most)) == .full)
    }

    @Test func `who was never connected gives way first, then who is away longest`() {
        let away = agent(5000, at: "198.51.100.1", seen: 7200)
        let longAway = agent(5001, at: "198.51.100.2", seen: 90_000, made: 100_000)
        let never = agent(5002, at: "198.51.100.3")
        let neverAndOlder = agent(5003, at: "198.51.100.4", made: 800)
        #expect(decide(crowd() + [never, longAway, neverAndOlder]) == .instead(of: neverAndOlder.id))
        #expect(decide(crowd() + [away, longAway]) == .instead(of: longAway.id))
    }

    @Test func `one that is connected, revoked, new, or away for a moment keeps its place`() {
        #expect(decide(crowd() + [agent(5000, at: "198.51.100.1", made: 500)]) == .full)
        #expect(decide(crowd() + [agent(5000, at: "198.51.100.1", seen: 3000, made: 9000)]) == .full)
        #expect(decide(crowd() + [agent(5000, at: "198.51.100.1", state: .revoked)]) == .full)
    }

    @Test func `a site fills its own places only, however many networks it has`() {
        let own = (0..<UnmanagedPlaces.mostOfSite).map {
            agent($0, at: "2001:db8:7:\(String($0, radix: 16))::1", online: true, seen: 0)
        }
        #expect(decide(own, for: "2001:db8:7:ffff::1") == .full)
        #expect(decide(own, for: "2001:db8:8::1") == .free)
        let others = [agent(5000, at: "198.51.100.1")]
        #expect(decide(own + others, for: "2001:db8:7:ffff::1") == .full)
        let left = agent(5001, at: "2001:db8:7:abcd::1")
        #expect(decide(own + others + [left], for: "2001:db8:7:ffff::1") == .instead(of: left.id))
    }

    @Test func `with many addresses no more come than with one site's`() throws {
        let throttle = EnrollmentThrottle()
        var taken = 0
        for network in 0..<200 {
            let address = "2001:db8:7:\(String(network, radix: 16))::1"
            if (try? throttle.count(address, at: Self.now)) != nil { taken += 1 }
        }
        #expect(taken == EnrollmentThrottle.perSite)
        try throttle.count("2001:db8:8::1", at: Self.now)
    }

    @Test func `one network that comes too often does not use up its site's places`() throws {
        let throttle = EnrollmentThrottle()
        for _ in 0..<500 { try? throttle.count("2001:db8:7:1::1", at: Self.now) }
        try throttle.count("2001:db8:7:2::1", at: Self.now)
        for _ in 0..<EnrollmentThrottle.perAddress { try throttle.count("192.0.2.1", at: Self.now) }
        #expect(throws: EdgewrightError.self) { try throttle.count("192.0.2.1", at: Self.now) }
        try throttle.count("192.0.2.1", at: Self.now + EnrollmentThrottle.window)
    }

    @Test func `when there is no room for more, those already counted go on`() throws {
        let throttle = EnrollmentThrottle()
        try throttle.count("192.0.2.1", at: Self.now)
        var isFull = false
        for number in 0..<20_000 where !isFull {
            let address = "10.\(number >> 16).\(number >> 8 & 255).\(number & 255)"
            isFull = (try? throttle.count(address, at: Self.now)) == nil
        }
        #expect(isFull)
        try throttle.count("192.0.2.1", at: Self.now)
        try throttle.count("203.0.113.7", at: Self.now + EnrollmentThrottle.window)
    }

    @Test func `who gives way is in the audit log`() async throws {
        try await withControlPlane { world in
            let database = world.plane.idempotency.context.database
            let long = world.plane.idempotency.context.now() - .seconds(3000)
            let ids: [Identifier<EdgeAgent>] = (0..<UnmanagedPlaces.mostOfSite).map { _ in
                world.plane.idempotency.context.makeIdentifier()
            }
            try await database.write { session in
                for (number, id) in ids.enumerated() {
                    var waiting = EdgeAgent(
                        id: id, projectId: nil, state: .unmanaged,
                        name: "waits \(number)", description: "", fingerprint: "SHA256:\(number)",
                        at: long + .seconds(Int64(number)))
                    waiting.address = "127.0.0.1"
                    try session.insertAgent(AgentRecord(agent: waiting, publicKey: "\(number)"))
                }
            }
            try await withTransportClient { client in
                let agent = try TestAgent(at: world.url, client: client)
                #expect(try await agent.enroll().expect(200)["state"] == "unmanaged")
            }
            #expect(try await world.admin.get("/api/v1/agents/\(ids[0])").status == 404)
            #expect(try await world.admin.get("/api/v1/agents/\(ids[1])").status == 200)
            let audit = try await world.admin.get("/api/v1/audit?target=\(ids[0])").items
            #expect(audit.map { $0["operation"] as? String } == ["agent.give-way"])
        }
    }
}
