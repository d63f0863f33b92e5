import Fleet

// Which ports of the host are taken, or will be as soon as a container that is stopped starts.

extension DockerHost {
    /// More at once would be much for a small engine, one after the other slow.
    private static let asked = 8

    package func publishedPorts() async throws -> [PublishedPort] {
        try await translatingRefusals {
            let all = try await allContainers()
            let bound = try await boundPorts(of: all.filter { $0.ports?.isEmpty ?? true }.map(\.id))
            return all.flatMap { container in
                Set(container.hostPorts + (bound[container.id] ?? []))
                    .sorted { ($0.number, $0.kind.rawValue) < ($1.number, $1.kind.rawValue) }
                    .map { port in
                        PublishedPort(
                            port: port.number, protocol: port.kind, container: container.name,
                            service: container.labels.flatMap(labels.service))
                    }
            }
        }
    }

    /// What the list does not tell: the ports of those that don't run. Those that have gone meanwhile are left out.
    private func boundPorts(of containers: [String]) async throws -> [String: [HostPort]] {
        try await withThrowingTaskGroup(of: (String, [HostPort]).self) { group in
            var rest = containers.makeIterator()
            func askNext() {
                guard let id = rest.next() else { return }
                group.addTask {
                    let found = try await client.find("/containers/\(id)/json", as: BoundContainer.self)
                    let ports = WorkloadSettings.ports(bound: found?.portBindings ?? [:])
                    return (
                        id, ports.compactMap { port in port.host.map { HostPort(number: $0, kind: port.protocol) } }
                    )
                }
            }
            for _ in 0..<Self.asked { askNext() }
            var found: [String: [HostPort]] = [:]
            while let (id, ports) = try await group.next() {
                found[id] = ports
                askNext()
            }
            return found
        }
    }
}

/// The part of `GET /containers/{id}/json` that tells ports; of anybody's container, so nothing else is asked of it.
private struct BoundContainer: Decodable {
    struct Host: Decodable {
        let portBindings: [String: [HostSettings.PortBinding]?]?

        private enum CodingKeys: String, CodingKey { case portBindings = "PortBindings" }
    }

    let host: Host?

    private enum CodingKeys: String, CodingKey { case host = "HostConfig" }

    var portBindings: [String: [HostSettings.PortBinding]] { (host?.portBindings ?? [:]).compactMapValues { $0 } }
}

private struct HostPort: Hashable {
    let number: Int
    let kind: WorkloadSettings.PortProtocol
}

extension ContainerSummary {
    /// The engine tells each twice, for IPv4 and IPv6.
    fileprivate var hostPorts: [HostPort] {
        (ports ?? []).compactMap { port in
            guard let number = port.publicPort, let kind = WorkloadSettings.PortProtocol(rawValue: port.type) else {
                return nil
            }
            return HostPort(number: number, kind: kind)
        }
    }
}
