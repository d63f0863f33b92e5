import Logging
package import Simulator

/// A running simulated fleet.
package struct FleetWorld: Sendable {
    package let fleet: SimulatedFleet
    package let addresses: SimulatedAddresses

    package func url(_ index: Int) -> String { addresses.url(index) }
    package var csv: String { fleet.csv(addresses) }
}

/// Runs a simulated fleet for the time of the test.
package func withFleet<Result: Sendable>(
    _ configuration: SimulatedFleet.Configuration = SimulatedFleet.Configuration(count: 3),
    _ body: @Sendable @escaping (FleetWorld) async throws -> Result
) async throws -> Result {
    let (stream, listening) = AsyncStream.makeStream(of: SimulatedAddresses.self)
    let fleet = try SimulatedFleet(configuration, logger: Logger(label: "fleet") { _ in SwiftLogNoOpLogHandler() }) {
        listening.yield($0)
    }
    return try await withServices([fleet]) {
        guard let addresses = await stream.first(where: { _ in true }) else {
            throw WorldError("the fleet did not start")
        }
        return try await body(FleetWorld(fleet: fleet, addresses: addresses))
    }
}
