import Fleet
import Store
import TestSupport
import Testing

@Suite struct PartTests {
    private static let project = Identifier<Project>(rawValue: "p")

    private func driver(_ name: String, running: Bool = true, connected: Bool = true) -> DriverState {
        DriverState(
            name: name, plugin: "Modbus TCP", direction: name == "mqtt" ? .north : .south, running: running,
            connected: connected, roundTrip: nil)
    }

    private func update(
        _ service: String, _ drivers: [DriverState], rules: [RuleState] = []
    ) -> ServiceReportUpdate {
        ServiceReportUpdate(
            id: Identifier(rawValue: service), projectId: Self.project,
            report: ServiceReport(drivers: drivers, rules: rules), reportedAt: Timestamp(milliseconds: 1))
    }

    private func makeServices(_ names: [String], _ session: any SQLSession) throws {
        try session.execute("INSERT INTO organization VALUES ('o', 'o', '', 0)")
        try session.execute("INSERT INTO project VALUES ('p', 'o', 'p', '', 0)")
        for (number, name) in names.enumerated() {
            let time = Timestamp(milliseconds: 0)
            let service = EdgeService(
                id: Identifier(rawValue: name), projectId: Self.project, name: "name of \(name)", category: .neuronex,
                mode: .managed, connection: .direct, endpoint: try ServiceEndpoint("http://10.0.0.\(number + 1):7000"),
                verifyTLS: true, healthPath: nil, status: .online, statusReason: "", statusSince: nil, version: nil,
                lastSeen: nil, tags: [], auth: ServiceAuthentication(kind: .none, username: nil), description: "",
                createdAt: time, updatedAt: time)
            try session.insertService(ServiceRecord(service: service, sealedPassword: nil))
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `only what differs is written, and what is gone is removed`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            let rule = RuleState(id: "r", running: false, status: "stopped: canceled by error")
            let first = update("a", [driver("x"), driver("y"), driver("mqtt")], rules: [rule])
            let second = update("a", [driver("x"), driver("y", connected: false)])
            try await database.write { session in
                try makeServices(["a", "b"], session)
                #expect(try session.saveParts([first, update("b", [driver("x")])]) == 5)
                #expect(try session.saveParts([first]) == 0)
                // One changed; a driver and the rule are gone.
                #expect(try session.saveParts([second]) == 3)
                #expect(try session.saveParts([second]) == 0)
            }
            let (drivers, rules) = try await database.read { session in
                (
                    try session.drivers(in: Self.project, DriverFilter(), PageRequest()),
                    try session.rules(in: Self.project, state: nil, PageRequest())
                )
            }
            #expect(
                drivers.items.map { "\($0.service.name) \($0.name) \($0.state)" } == [
                    "name of a x connected", "name of a y disconnected", "name of b x connected",
                ])
            #expect(rules.items.isEmpty)
        }
    }

    @Test(arguments: TestEngine.allCases)
    func `a service that is gone, and names that are there twice, do no harm`(engine: TestEngine) async throws {
        try await withDatabase(on: engine) { database in
            let twice = update("a", [driver("x"), driver("x", running: false)])
            let page = try await database.write { session in
                try makeServices(["a"], session)
                #expect(try session.saveParts([update("gone", [driver("x")]), twice]) == 1)
                return try session.drivers(in: Self.project, DriverFilter(state: .notRunning), PageRequest())
            }
            #expect(page.items.map(\.name) == ["x"])
            #expect(page.items.first?.running == false)
        }
    }
}
