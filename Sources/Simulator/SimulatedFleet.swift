import Fleet
import Foundation
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// A fleet of stand-in NeuronEX services in one process.
package struct SimulatedFleet: Service {
    package struct Configuration: Sendable {
        package enum Layout: Sendable, Equatable {
            /// One listener a service, from `basePort` on; 0 gives each any free one.
            case portEach(basePort: Int)
            /// One listener for all; the services are told apart by a base path: `/edge-00001`.
            case onePort(Int)
        }

        package var count: Int
        package var host: String
        package var layout: Layout
        package var authentication: SimulatedAuthenticationConfiguration
        package var seed: UInt64
        /// Some services have a driver without connection or a failed rule.
        package var isImperfect: Bool
        /// Between two lines of a streaming log.
        package var logInterval = Duration.seconds(1)

        package init(
            count: Int, host: String = "127.0.0.1", layout: Layout = .onePort(0),
            authentication: SimulatedAuthenticationConfiguration = .none, seed: UInt64 = 1, isImperfect: Bool = false
        ) {
            self.count = count
            self.host = host
            self.layout = layout
            self.authentication = authentication
            self.seed = seed
            self.isImperfect = isImperfect
        }
    }

    private let configuration: Configuration
    private let instances: [SimulatedInstance]
    private let logger: Logger
    private let onListening: @Sendable (SimulatedAddresses) async -> Void

    /// - Parameter onListening: told where the services are, once all of them answer.
    /// - Throws: when a public key, or the folder of keys, can't be read.
    package init(
        _ configuration: Configuration, logger: Logger,
        onListening: @escaping @Sendable (SimulatedAddresses) async -> Void = { _ in }
    ) throws {
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
        let authentication = try SimulatedAuthentication(configuration.authentication)
        let now = Date().timeIntervalSince1970
        instances = (0..<configuration.count).map { index in
            let blueprint = ServiceBlueprint(
                index: index, seed: configuration.seed, isImperfect: configuration.isImperfect)
            let service = SimulatedService(
                blueprint: blueprint, startedAt: now - Double(index % 86_400),
                user: configuration.authentication.username, password: configuration.authentication.password)
            return SimulatedInstance(service, index: index, authentication: authentication)
        }
    }

    /// The fleet's switchboard, for tests in the same process.
    package func setFaults(_ faults: SimulatedFaults, of index: Int) {
        instances[index].setFaults(faults, at: Date().timeIntervalSince1970)
    }

    package func restart(_ index: Int) { instances[index].restart(at: Date().timeIntervalSince1970) }

    /// - Throws: `EdgewrightError` when an address can't be listened on.
    package func run() async throws {
        let connections = SimulatorConnections()
        var listeners: [any Channel] = []
        do {
            for (port, target) in places { listeners.append(try await bind(port, target, connections)) }
        } catch {
            for listener in listeners { try? await listener.close() }
            throw error
        }
        let ports = listeners.compactMap { $0.localAddress?.port }
        await onListening(SimulatedAddresses(configuration: configuration, ports: ports))
        try? await gracefulShutdown()
        for listener in listeners { try? await listener.close() }
        connections.closeAll()
    }

    /// Which ports lead where.
    private var places: [(port: Int, target: SimulatorTarget)] {
        switch configuration.layout {
        case .onePort(let port): [(port, .all(instances))]
        case .portEach(let basePort):
            instances.enumerated().map { index, instance in
                (basePort == 0 ? 0 : basePort + index, .one(instance, among: instances))
            }
        }
    }

    private func bind(
        _ port: Int, _ target: SimulatorTarget, _ connections: SimulatorConnections
    ) async throws -> any Channel {
        let logInterval = TimeAmount(configuration.logInterval)
        do {
            return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.backlog, value: 1024)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    connections.add(channel)
                    return SimulatorPipeline.configure(channel, target, logInterval: logInterval)
                }
                .bind(host: configuration.host, port: port).get()
        } catch {
            throw EdgewrightError(
                .unavailable, "\(configuration.host):\(port) can't be listened on; is something else there?",
                cause: error)
        }
    }

    // MARK: As a file to import

    /// The fleet as the CSV that a project imports.
    package func csv(_ addresses: SimulatedAddresses) -> String {
        let rows = instances.enumerated().map { index, instance in
            CSVWriter.line([
                "neuronex", instance.name, "Direct", addresses.endpoint(index), "http",
                instance.tags.joined(separator: ";"),
            ])
        }
        return CSVWriter.line(ServiceCSVColumn.allCases.map(\.rawValue)) + rows.joined()
    }
}

/// Where the services of a running fleet are.
package struct SimulatedAddresses: Sendable {
    let configuration: SimulatedFleet.Configuration
    package let ports: [Int]

    /// `host:port` and the base path, without a scheme.
    package func endpoint(_ index: Int) -> String {
        switch configuration.layout {
        case .portEach: "\(configuration.host):\(ports[index])"
        case .onePort: "\(configuration.host):\(ports[0])\(Self.basePath(index))"
        }
    }

    package func url(_ index: Int) -> String { "http://\(endpoint(index))" }

    static func basePath(_ index: Int) -> String {
        let digits = String(index + 1)
        return "/edge-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
