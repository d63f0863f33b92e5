import Foundation

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

/// Switching faults on and off over HTTP, under `/_sim/`. Faults never touch these paths.
enum SimulatorControl {
    private struct Range: Decodable {
        /// Counted from 1, both ends included; all without them.
        var from: Int?
        var to: Int?
        var faults: SimulatedFaults
    }

    static func respond(_ request: SimulatedRequest, _ instances: [SimulatedInstance]) -> SimulatedResponse {
        let parts = request.path.split(separator: "/").dropFirst().map(String.init)
        switch (request.method, parts.first, parts.count) {
        case ("GET", "instances", 1):
            return .json(["count": .integer(Int64(instances.count))])
        case ("PUT", "faults", 1):
            return setFaults(request, instances)
        case (_, "instances", 3):
            guard let number = Int(parts[1]), instances.indices.contains(number - 1) else { break }
            return respond(request, instances[number - 1], parts[2])
        default: break
        }
        return .json(["message": "there is no such control path"], status: 404)
    }

    private static func setFaults(_ request: SimulatedRequest, _ instances: [SimulatedInstance]) -> SimulatedResponse {
        guard let range = try? JSONDecoder().decode(Range.self, from: request.body) else { return invalid }
        let from = max(1, range.from ?? 1)
        let to = min(instances.count, range.to ?? instances.count)
        guard from <= to else { return invalid }
        for instance in instances[(from - 1)..<to] { instance.setFaults(range.faults) }
        return .json(["changed": .integer(Int64(to - from + 1))])
    }

    private static func respond(
        _ request: SimulatedRequest, _ instance: SimulatedInstance, _ what: String
    ) -> SimulatedResponse {
        switch (request.method, what) {
        case ("GET", "faults"):
            break
        case ("PUT", "faults"):
            guard let faults = try? JSONDecoder().decode(SimulatedFaults.self, from: request.body) else {
                return invalid
            }
            instance.setFaults(faults)
        case ("DELETE", "faults"):
            instance.setFaults(SimulatedFaults())
        case ("POST", "restart"):
            instance.restart(at: Date().timeIntervalSince1970)
        default:
            return .json(["message": "there is no such control path"], status: 404)
        }
        let body = (try? JSONEncoder().encode(instance.faults)) ?? Data()
        return SimulatedResponse(body: body)
    }

    private static let invalid = SimulatedResponse.json(["message": "these are no faults"], status: 400)
}
