import Fleet
import Foundation

// What a workload is in the engine's words, and how what is there differs from that.

extension ContainerCreation {
    init(_ workload: WorkloadSpecification, _ labels: WorkloadLabels, image: String) {
        let settings = workload.settings
        self.init(
            image: image,
            environment: (settings.environment ?? [:]).map { "\($0)=\($1)" }.sorted(),
            labels: labels.all(workload),
            exposedPorts: Dictionary((settings.ports ?? []).map { ($0.inside, Nothing()) }) { first, _ in first },
            host: HostSettings(settings, of: workload.service))
    }
}

extension HostSettings {
    init(_ settings: WorkloadSettings, of service: Identifier<EdgeService>) {
        portBindings = Dictionary(grouping: settings.ports ?? [], by: \.inside).mapValues { ports in
            ports.compactMap { $0.host.map { PortBinding(hostPort: String($0)) } }
        }
        binds = (settings.volumes ?? []).map { volume in
            let source =
                volume.isFolderOfHost ? volume.source : WorkloadLabels.volumeName(volume.source, of: service)
            return "\(source):\(volume.target)\(volume.readOnly ? ":ro" : "")"
        }
        devices = (settings.devices ?? []).map {
            Device(host: $0.host, container: $0.container, permissions: $0.permissions)
        }
        memory = settings.memory
        nanoCPUs = settings.cpus.map { Int64(($0 * 1e9).rounded()) }
        privileged = settings.privileged
        restartPolicy = settings.restart.map { RestartPolicy(name: $0.engineWord) }
        logs = settings.logs.map {
            LogConfiguration(
                type: "json-file", options: ["max-size": $0.maxSize, "max-file": String($0.maxFiles)])
        }
    }
}

extension WorkloadSettings.Port {
    /// `8085/tcp`
    var inside: String { "\(container)/\(self.protocol.rawValue)" }
}

extension WorkloadSettings.Restart {
    /// As the engine calls it.
    var engineWord: String {
        switch self {
        case .no: "no"
        case .onFailure: "on-failure"
        case .unlessStopped: "unless-stopped"
        case .always: "always"
        }
    }
}

extension WorkloadSettings {
    static func ports(bound: [String: [HostSettings.PortBinding]]) -> [Port] {
        bound.sorted { $0.key < $1.key }.flatMap { inside, bindings -> [Port] in
            let parts = inside.split(separator: "/")
            guard let container = parts.first.flatMap({ Int($0) }),
                let kind = parts.last.flatMap({ PortProtocol(rawValue: String($0)) })
            else { return [] }
            return bindings.map { Port(container: container, host: Int($0.hostPort), protocol: kind) }
        }
    }
}

extension DockerHost {
    package func differences(from workload: WorkloadSpecification) async throws -> [String] {
        try await translatingRefusals {
            let name = WorkloadLabels.containerName(workload.service)
            guard let found = try await container(named: name, of: workload.service) else {
                return ["its container was removed"]
            }
            return Self.differences(between: found, and: workload, labels)
        }
    }

    static func differences(
        between found: ContainerDetails, and workload: WorkloadSpecification, _ labels: WorkloadLabels
    ) -> [String] {
        let given = found.configuration.labels ?? [:]
        guard labels.revision(given) == workload.revision else {
            return ["its container was made anew by somebody else"]
        }
        var differences: [String] = []
        func compare(_ what: String, _ isSame: Bool) {
            if !isSame { differences.append("its \(what) changed") }
        }
        let wanted = HostSettings(workload.settings, of: workload.service)
        let environment = Set(found.configuration.environment ?? [])
        compare("image was", labels.image(given) == workload.image.text)
        compare(
            "environment was",
            (workload.settings.environment ?? [:]).allSatisfy { environment.contains("\($0)=\($1)") })
        compare("ports were", (found.host.portBindings ?? [:]) == (wanted.portBindings ?? [:]))
        compare("volumes were", Set(found.host.binds ?? []) == Set(wanted.binds ?? []))
        compare("devices were", (found.host.devices ?? []) == (wanted.devices ?? []))
        compare("memory limit was", (found.host.memory ?? 0) == (wanted.memory ?? 0))
        compare("processor limit was", (found.host.nanoCPUs ?? 0) == (wanted.nanoCPUs ?? 0))
        compare("privileges were", (found.host.privileged ?? false) == (wanted.privileged ?? false))
        if let policy = wanted.restartPolicy { compare("restart policy was", found.host.restartPolicy == policy) }
        return differences
    }
}
