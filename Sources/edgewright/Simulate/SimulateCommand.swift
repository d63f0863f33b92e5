import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import Simulator
import UnixSignals

/// `edgewright simulate`: a fleet of stand-in NeuronEX services.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Run a fleet of stand-in NeuronEX services, to try Edgewright on.",
        discussion: """
            Faults can be switched on while it runs: \
            curl -X PUT http://HOST:PORT/_sim/instances/7/faults -d '{"offline": true}'
            """)

    @Option(help: "How many services.") var count = 200
    @Option(help: "One port for all, the services below base paths /edge-00001, /edge-00002, ...") var port: Int?
    @Option(help: "A port each, from this one on.") var basePort: Int?
    @Option(help: "Address to listen on.") var host = "127.0.0.1"
    @Option(help: "Services of the same seed are the same every time.") var seed: UInt64 = 1
    @Flag(help: "Give some services a driver without connection, or a failed rule.") var imperfect = false
    @OptionGroup var access: SimulatedAccess
    @Option(
        help: """
            Switch a fault on from the start: NUMBER:FAULT, 5%:FAULT or *:FAULT, with offline, hang, slow=MS, \
            errors=status, errors=code, driver-failure, rule-failure, wrong-content-type, endless, redirect=URL, \
            restart=SECONDS or version=X.
            """)
    var fault: [FaultFlag] = []
    @Option(
        help: ArgumentHelp(
            "Give each service an agent, which dials this platform: nothing of the fleet is reached directly then.",
            valueName: "url"))
    var agentsOf: String?
    @Option(help: "The enrolment token that the agents join with; without one they wait to be claimed.")
    var token: String?
    @Option(help: "PEM file of the authorities that the agents trust the platform's certificate by (the system's).")
    var ca: String?
    @Option(help: "Write the fleet as a CSV that a project can import.") var csv: String?

    func validate() throws {
        guard (1...100_000).contains(count) else { throw ValidationError("--count must be 1 to 100000.") }
        guard port == nil || basePort == nil else { throw ValidationError("Give --port or --base-port, not both.") }
        guard (0...65_535).contains(port ?? 0) else { throw ValidationError("--port must be 0 to 65535.") }
        guard token == nil || agentsOf != nil else { throw ValidationError("--token is for --agents-of.") }
        guard ca == nil || agentsOf != nil else { throw ValidationError("--ca is for --agents-of.") }
        if let basePort, basePort != 0 {
            guard basePort > 0, basePort + count - 1 <= 65_535 else {
                throw ValidationError(
                    "--base-port and --count need ports up to \(basePort + count - 1); 65535 is the last.")
            }
        }
    }

    func run() async throws {
        let logger = Logger(label: "simulate") { StreamLogHandler.standardError(label: $0) }
        let configuration = SimulatedFleet.Configuration(
            count: count, host: host, layout: basePort.map { .portEach(basePort: $0) } ?? .onePort(port ?? 7300),
            authentication: try access.configuration(), seed: seed, isImperfect: imperfect)
        let (addresses, announce) = AsyncStream.makeStream(of: SimulatedAddresses.self)
        let (places, tell) = AsyncStream.makeStream(of: SimulatedAddresses.self)
        let fleet = try SimulatedFleet(configuration, logger: logger) {
            announce.yield($0)
            tell.yield($0)
        }
        try applyFaults(to: fleet)
        let announcer = SimulationAnnouncer(fleet: fleet, addresses: addresses, csv: csv, count: count)
        let agents: [any Service] =
            agentsOf.map {
                let configuration = SimulatedAgents.Configuration(
                    server: $0, token: token, authorities: ca, seed: seed)
                return [SimulatedAgents(configuration, addresses: places, logger: logger)]
            } ?? []
        try await ServiceGroup(
            services: [fleet, announcer] + agents, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
        ).run()
    }

    private func applyFaults(to fleet: SimulatedFleet) throws {
        var faults: [Int: SimulatedFaults] = [:]
        for flag in fault {
            let numbers = flag.numbers(of: count)
            guard !numbers.isEmpty else { throw ValidationError("“\(flag)” is of none of \(count) services.") }
            for number in numbers { _ = faults[number, default: SimulatedFaults()].set(flag.fault) }
        }
        for (number, faults) in faults { fleet.setFaults(faults, of: number - 1) }
    }
}

/// Says once where the fleet is, and writes its file.
private struct SimulationAnnouncer: Service {
    let fleet: SimulatedFleet
    let addresses: AsyncStream<SimulatedAddresses>
    let csv: String?
    let count: Int

    func run() async throws {
        for await addresses in addresses.cancelOnGracefulShutdown() {
            if let csv { try fleet.csv(addresses).write(toFile: csv, atomically: true, encoding: .utf8) }
            print("\(count) simulated services are listening, the first at \(addresses.url(0))")
            fflush(nil)
        }
    }
}
