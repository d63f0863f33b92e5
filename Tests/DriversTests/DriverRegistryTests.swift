import Drivers
import Fleet
import Testing

@Suite struct DriverRegistryTests {
    @Test(arguments: ServiceCategory.allCases) func `every category has its driver`(category: ServiceCategory) throws {
        #expect(try DriverRegistry().driver(for: category).category == category)
    }

    @Test func `a category without a driver is refused`() throws {
        let error = try #require(throws: EdgewrightError.self) {
            try DriverRegistry([CustomDriver()]).driver(for: .neuron)
        }
        #expect(error.code == .unsupported)
        #expect(error.message.contains("neuron"))
    }

    @Test func `what a category can't do is refused by name`() throws {
        try NeuronEXDriver().require([.drivers, .rules, .tagUsage, .passwords])
        let error = try #require(throws: EdgewrightError.self) { try EKuiperDriver().require([.drivers, .rules]) }
        #expect(error.code == .unsupported)
        #expect(error.message == "ekuiper services have no drivers.")
    }
}

@Suite struct ServicePulseTests {
    private let report = ServiceReport(drivers: [
        DriverState(name: "a", plugin: "p", direction: .south, running: true, connected: true, roundTrip: 12),
        DriverState(name: "b", plugin: "q", direction: .north, running: false, connected: false, roundTrip: nil),
    ])

    private func pulse(_ states: [ServicePulse.NodeState], hash: Int = 1) -> ServicePulse {
        ServicePulse(nodes: ServicePulse.Part(hash: hash, value: states))
    }

    private func state(_ name: String, _ running: Bool, _ connected: Bool, _ roundTrip: Int?) -> ServicePulse.NodeState
    {
        ServicePulse.NodeState(name: name, running: running, connected: connected, roundTrip: roundTrip)
    }

    @Test func `a changed state goes into the report with its round trip`() {
        let updated = pulse([state("b", true, true, 7), state("a", true, false, nil)]).applied(to: report)
        #expect(updated?.drivers.map(\.connected) == [false, true])
        #expect(updated?.drivers.map(\.roundTrip) == [nil, 7])
        #expect(updated?.drivers.map(\.plugin) == ["p", "q"])
    }

    @Test func `another round trip alone is no change`() {
        #expect(pulse([state("a", true, true, 99), state("b", false, false, nil)]).applied(to: report) == report)
    }

    @Test func `drivers that the report does not know ask for a new survey`() {
        #expect(pulse([state("a", true, true, 1)]).applied(to: report) == nil)
        #expect(pulse([state("a", true, true, 1), state("c", true, true, 1)]).applied(to: report) == nil)
    }
}
