/// Which service a request on a listener is for.
enum SimulatorTarget: Sendable {
    case one(SimulatedInstance, among: [SimulatedInstance])
    case all([SimulatedInstance])

    var instances: [SimulatedInstance] {
        switch self {
        case .one(_, among: let all), .all(let all): all
        }
    }

    /// The service, and the path that is left for it.
    func find(_ path: Substring) -> (SimulatedInstance, Substring)? {
        switch self {
        case .one(let instance, among: _):
            return (instance, path)
        case .all(let instances):
            guard path.hasPrefix("/edge-") else { return nil }
            let name = path.dropFirst(6).prefix { $0 != "/" }
            guard let number = Int(name), instances.indices.contains(number - 1) else { return nil }
            let rest = path[name.endIndex...]
            return (instances[number - 1], rest.isEmpty ? "/" : rest)
        }
    }
}
