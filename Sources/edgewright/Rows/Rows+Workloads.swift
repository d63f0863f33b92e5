import Fleet

extension WorkloadDefaults: Listed {
    var listName: String { category.rawValue }

    static var columns: [Column<WorkloadDefaults>] {
        [.slim("category") { $0.category.rawValue }] + Column.settings { $0.settings }
    }
}

extension Workload: Listed {
    var listName: String { revision }

    static var columns: [Column<Workload>] {
        let own: [Column<Workload>] = [
            .slim("serviceId") { $0.serviceId.rawValue },
            .slim("host") { $0.hostName },
            .slim("image") { $0.image.text },
            .full("digest") { $0.digest ?? "" },
            .slim("desired") { $0.desired.rawValue },
            .slim("drift", style: { _ in .doubtful }, { $0.drift ?? "" }),
            .slim(
                "container", style: { $0.container?.state.style ?? .bad }, { $0.container?.state.rawValue ?? "none" }),
            .full("seenAt") { $0.container?.seenAt.short ?? "" },
            .full("revision") { $0.revision },
        ]
        return own + Column.settings { $0.settings }
    }
}

extension ContainerInspection: Listed {
    var listName: String { state.id }

    static var columns: [Column<ContainerInspection>] {
        [
            .slim("id") { String($0.state.id.prefix(12)) },
            .slim("name") { $0.name },
            .slim("state", style: { $0.state.state.style }, { $0.state.state.rawValue }),
            .slim("health") { $0.health ?? "" },
            .slim("image") { $0.state.image },
            .full("digest") { $0.digest ?? "" },
            .full("startedAt") { $0.state.startedAt?.short ?? "" },
            .full("finishedAt") { $0.finishedAt?.short ?? "" },
            .full("exitCode") { $0.state.exitCode.map { "\($0)" } ?? "" },
            .slim("restarts") { "\($0.state.restarts)" },
            .full("ports") { $0.ports.map(\.words).joined(separator: ", ") },
            .full("mounts") { $0.mounts.map(\.words).joined(separator: ", ") },
            .full("environment") { $0.environment.joined(separator: ", ") },
            .full("networks") { $0.networks.joined(separator: ", ") },
        ]
    }
}

extension ContainerState.State {
    fileprivate var style: TextStyle {
        switch self {
        case .running: .good
        case .created, .paused, .restarting, .removing: .doubtful
        case .exited, .dead: .bad
        }
    }
}

extension ContainerInspection.Mount {
    fileprivate var words: String { "\(source):\(target)" + (readOnly ? ":ro" : "") }
}

extension WorkloadSettings.Port {
    /// As a command takes it: `9000:8085/udp`.
    fileprivate var words: String {
        (host.map { "\($0):" } ?? "") + "\(container)" + (`protocol` == .tcp ? "" : "/\(`protocol`.rawValue)")
    }
}

extension Column {
    /// The parts of a workload's settings.
    fileprivate static func settings(_ settings: @escaping @Sendable (Row) -> WorkloadSettings) -> [Column] {
        func column(_ title: String, _ words: @escaping @Sendable (WorkloadSettings) -> String?) -> Column {
            .full(title) { words(settings($0)) ?? "" }
        }
        return [
            .slim("apiPort") { settings($0).apiPort.map { "\($0)" } ?? "" },
            .slim("ports") { settings($0).ports?.map(\.words).joined(separator: ", ") ?? "" },
            column("environment") { settings in
                settings.environment?.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
            },
            column("volumes") { settings in
                settings.volumes?.map { "\($0.source):\($0.target)" + ($0.readOnly ? ":ro" : "") }
                    .joined(separator: ", ")
            },
            column("devices") { settings in
                settings.devices?.map { "\($0.host):\($0.container):\($0.permissions)" }.joined(separator: ", ")
            },
            column("logs") { $0.logs.map { "\($0.maxFiles) files of \($0.maxSize)" } },
            column("privileged") { $0.privileged.map { "\($0)" } },
            column("restart") { $0.restart?.rawValue },
            column("cpus") { $0.cpus.map { "\($0)" } },
            column("memory") { $0.memory.map(ByteText.of) },
            column("keyFolder") { $0.keyFolder },
        ]
    }
}
