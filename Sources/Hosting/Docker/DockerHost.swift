package import Fleet
import Foundation
import NIOCore
package import Transport

/// A Docker engine.
///
/// A service's container is found by its name, which the engine gives out once; so whatever was cut short is found as
/// far as it came, and nothing is made twice.
package struct DockerHost: WorkloadHost {
    /// What a container gets to end by itself.
    private static let stopSeconds = 10
    private static let stopLimit = Duration.seconds(60)

    let client: DockerClient
    let labels: WorkloadLabels

    /// - Parameter platform: tells the platforms apart that share the engine.
    package init(transport: any Transport, platform: String) {
        client = DockerClient(transport: transport)
        labels = WorkloadLabels(platform: platform)
    }

    package func engine() async throws -> HostEngine {
        try await translatingRefusals {
            let information = try await client.get("/info", as: EngineInformation.self)
            return HostEngine(
                version: information.serverVersion, operatingSystem: information.operatingSystem,
                architecture: information.architecture, cpus: information.cpus, memory: information.memory)
        }
    }

    // MARK: Running

    package func start(_ service: Identifier<EdgeService>) async throws {
        try await translatingRefusals {
            let container = try await existing(service)
            try await start(container.id)
        }
    }

    func start(_ container: String) async throws {
        do {
            try await client.post("/containers/\(container)/start", timeout: Self.stopLimit, accepting: [304])
        } catch let refusal as EngineRefusal where refusal.message.contains("paused") {
            try await client.post("/containers/\(container)/unpause", timeout: Self.stopLimit)
        } catch let refusal as EngineRefusal {
            throw try await namingHolder(HostingError(refusal))
        }
    }

    /// Says whose port it is that can't be had.
    private func namingHolder(_ error: HostingError) async throws -> HostingError {
        guard case .portTaken(let port) = error.kind else { return error }
        // Only one that runs can have it.
        let holder = try await allContainers().first { $0.ports?.contains { $0.publicPort == port } ?? false }
        let name = holder.map { "container \($0.name)" } ?? "another program on the node"
        return HostingError(error.kind, "port \(port) is taken by \(name)")
    }

    package func stop(_ service: Identifier<EdgeService>) async throws {
        try await translatingRefusals { try await stop(try await existing(service).id) }
    }

    func stop(_ container: String) async throws {
        try await client.post(
            "/containers/\(container)/stop?t=\(Self.stopSeconds)", timeout: Self.stopLimit, accepting: [304])
    }

    package func restart(_ service: Identifier<EdgeService>) async throws {
        try await translatingRefusals {
            let container = try await existing(service)
            try await client.post(
                "/containers/\(container.id)/restart?t=\(Self.stopSeconds)", timeout: Self.stopLimit)
        }
    }

    // MARK: Looking

    package func workloads() async throws -> [WorkloadStatus] {
        try await translatingRefusals {
            let filters = try DockerClient.filters([labels.ofPlatform])
            let found = try await client.get(
                "/containers/json?all=true&filters=\(filters)", as: [ContainerSummary].self)
            return found.compactMap { summary in
                guard let given = summary.labels, let service = labels.service(given),
                    summary.name == WorkloadLabels.containerName(service)
                else { return nil }
                let container = ContainerState(
                    id: summary.id, state: ContainerState.State(engine: summary.state),
                    image: labels.image(given) ?? summary.image, seenAt: Timestamp(Date()))
                return WorkloadStatus(service: service, revision: labels.revision(given), container: container)
            }
        }
    }

    package func status(of service: Identifier<EdgeService>) async throws -> WorkloadStatus? {
        try await translatingRefusals {
            try await container(named: WorkloadLabels.containerName(service), of: service).map { details in
                WorkloadStatus(
                    service: service, revision: labels.revision(details.configuration.labels ?? [:]),
                    container: ContainerState(details, labels))
            }
        }
    }

    package func inspect(_ service: Identifier<EdgeService>) async throws -> ContainerInspection {
        try await translatingRefusals {
            let details = try await existing(service)
            var inspection = ContainerInspection(
                state: ContainerState(details, labels), name: String(details.name.drop { $0 == "/" }))
            inspection.digest = details.configuration.image.split(separator: "@").dropFirst().first.map(String.init)
            inspection.finishedAt = details.state.finishedAt.flatMap(Timestamp.init(engine:))
            inspection.ports = WorkloadSettings.ports(bound: details.host.portBindings ?? [:])
            inspection.mounts = (details.mounts ?? []).map {
                .init(source: $0.name ?? $0.source ?? "", target: $0.destination, readOnly: !($0.isWritable ?? true))
            }
            inspection.environment = (details.configuration.environment ?? []).map { pair in
                String(pair.prefix { $0 != "=" })
            }.sorted()
            inspection.networks = (details.network?.networks ?? [:]).keys.sorted()
            inspection.health = details.state.health?.status
            return inspection
        }
    }

    // MARK: Finding

    func allContainers() async throws -> [ContainerSummary] {
        try await client.get("/containers/json?all=true", as: [ContainerSummary].self)
    }

    /// The service's container.
    /// - Throws: `HostingError` of kind `.notFound`.
    func existing(_ service: Identifier<EdgeService>) async throws -> ContainerDetails {
        guard let container = try await container(named: WorkloadLabels.containerName(service), of: service) else {
            throw HostingError(.notFound, "the service has no container there")
        }
        return container
    }

    /// - Throws: `HostingError` of kind `.nameTaken` when somebody else's container has the name.
    func container(named name: String, of service: Identifier<EdgeService>) async throws -> ContainerDetails? {
        guard let found = try await client.find("/containers/\(name)/json", as: ContainerDetails.self) else {
            return nil
        }
        guard labels.service(found.configuration.labels ?? [:]) == service else {
            throw HostingError(.nameTaken, "there is a container named \(name) that this platform has not made")
        }
        return found
    }
}

extension ContainerState {
    init(_ details: ContainerDetails, _ labels: WorkloadLabels) {
        let image = labels.image(details.configuration.labels ?? [:]) ?? details.configuration.image
        self.init(
            id: details.id, state: State(engine: details.state.status), image: image,
            startedAt: details.state.startedAt.flatMap(Timestamp.init(engine:)),
            // While it runs the engine says 0.
            exitCode: details.state.status == "running" ? nil : details.state.exitCode,
            restarts: details.restartCount ?? 0, seenAt: Timestamp(Date()))
    }
}

extension ContainerState.State {
    /// A word that is not known yet is taken for one that does not run.
    init(engine word: String) { self = Self(rawValue: word) ?? .dead }
}

extension Timestamp {
    /// The engine writes nanoseconds, and the year 1 for what has not happened.
    init?(engine text: String) {
        guard !text.hasPrefix("0001-") else { return nil }
        var seconds = text.prefix(19)
        seconds += "Z"
        guard let whole = Timestamp(String(seconds)) else { return nil }
        let fraction = text.dropFirst(19).drop { $0 == "." }.prefix { $0.isNumber }.prefix(3)
        let milliseconds = Int64(fraction.padding(toLength: 3, withPad: "0", startingAt: 0)) ?? 0
        self.init(milliseconds: whole.milliseconds + milliseconds)
    }
}
