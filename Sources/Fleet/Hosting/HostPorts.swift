/// Chooses ports of a host.
package enum HostPorts {
    /// Where ports are taken from that nobody named, once the one that is the same as inside is taken.
    package static let chosen = 30_000...32_767

    /// - Parameters:
    ///   - taken: who has which port of the host.
    ///   - offset: where in `chosen` the search begins, so that those who lost a port to each other do not meet again.
    /// - Throws: `.conflict` that names the port and who has it.
    package static func assign(
        _ ports: [WorkloadSettings.Port], taken: [Key: String], on host: String, offset: Int = 0
    ) throws -> [WorkloadSettings.Port] {
        var used = Set(taken.keys)
        // Those that were named first: what is chosen goes round them.
        for port in ports {
            guard let number = port.host else { continue }
            let key = Key(number, port.protocol)
            guard used.insert(key).inserted else {
                let holder = taken[key].map { $0.isEmpty ? "another service" : $0 } ?? "this service itself"
                throw EdgewrightError(.conflict, "port \(number) of \(host) is taken by \(holder)")
            }
        }
        return try ports.map { port in
            guard port.host == nil else { return port }
            let start = offset % chosen.count
            let candidates = (start == 0 ? [port.container] : []) + chosen.dropFirst(start) + chosen.prefix(start)
            guard let number = candidates.first(where: { !used.contains(Key($0, port.protocol)) }) else {
                throw EdgewrightError(.conflict, "\(host) has no port left")
            }
            used.insert(Key(number, port.protocol))
            return WorkloadSettings.Port(container: port.container, host: number, protocol: port.protocol)
        }
    }

    /// A port of a host.
    package struct Key: Hashable, Sendable {
        package let port: Int
        package let `protocol`: WorkloadSettings.PortProtocol

        package init(_ port: Int, _ protocol: WorkloadSettings.PortProtocol) {
            self.port = port
            self.protocol = `protocol`
        }
    }
}
