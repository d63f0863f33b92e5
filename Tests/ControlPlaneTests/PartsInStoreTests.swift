import Fleet
import Testing

@testable import ControlPlane

@Suite struct PartsInStoreTests {
    private func report(connected: Bool = true, roundTrip: Int = 1, rules: [RuleState] = []) -> ServiceReport {
        let driver = DriverState(
            name: "x", plugin: nil, direction: .south, running: true, connected: connected, roundTrip: roundTrip)
        return ServiceReport(drivers: [driver], rules: rules)
    }

    @Test func `a report is compared with the store when a driver or a rule changed`() {
        var parts = PartsInStore()
        let rule = RuleState(id: "r", running: true, status: "running")
        let reports = [
            report(), report(), report(roundTrip: 7), report(connected: false), report(connected: false, rules: [rule]),
            report(connected: false),
        ]
        let compared = reports.map { parts.take($0) }
        #expect(compared == [true, false, false, true, true, true])
    }

    @Test func `an unchanged report is compared now and then all the same`() {
        var parts = PartsInStore()
        let compared = (0..<33).map { _ in parts.take(report()) }
        #expect(compared.enumerated().filter(\.element).map(\.offset) == [0, 16, 32])
    }
}
