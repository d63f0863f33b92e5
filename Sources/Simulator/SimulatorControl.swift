import Foundation

/// Switching faults on and off over HTTP, under `/_sim/`. Faults never touch these paths.
enum SimulatorControl {
    static func respond(_ request: SimulatedRequest, _ instances: [SimulatedInstance]) -> SimulatedResponse {
        let parts = request.path.split(separator: "/").dropFirst().map(String.init)
        switch (request.method, parts.first, parts.count) {
        case ("GET", "instances", 1): return .json(["count": .integer(Int64(instances.count))])
        case ("PUT", "faults", 1): return setFaults(request, instances)
        case (_, "instances", 3):
            guard let number = Int(parts[1]), instances.indices.contains(number - 1) else {
                return problem("there is no service \(parts[1]) among \(instances.count)", status: 404)
            }
            return respond(request, instances[number - 1], parts[2])
        default: return noSuchPath
        }
    }

    /// `{"from": 1, "to": 20, "faults": {...}}`: counted from 1, both ends included; all without them.
    private static func setFaults(_ request: SimulatedRequest, _ instances: [SimulatedInstance]) -> SimulatedResponse {
        let bounds = ["from", "to"].map { request[$0].map { $0.int ?? 0 } }
        let from = bounds[0] ?? 1
        let to = bounds[1] ?? instances.count
        guard 1 <= from, from <= to, to <= instances.count else {
            return problem("“from” and “to” must be 1 to \(instances.count), in this order")
        }
        switch SimulatedFaults.read(request["faults"]) {
        case .failure(let unfit): return problem("faults: \(unfit.message)")
        case .success(let faults):
            for instance in instances[(from - 1)..<to] { instance.setFaults(faults, at: request.time) }
            return .json(["changed": .integer(Int64(to - from + 1))])
        }
    }

    private static func respond(
        _ request: SimulatedRequest, _ instance: SimulatedInstance, _ what: String
    ) -> SimulatedResponse {
        switch (request.method, what) {
        case ("GET", "faults"): break
        case ("PUT", "faults"):
            switch SimulatedFaults.read(request.json) {
            case .failure(let unfit): return problem(unfit.message)
            case .success(let faults): instance.setFaults(faults, at: request.time)
            }
        case ("DELETE", "faults"): instance.setFaults(SimulatedFaults(), at: request.time)
        case ("POST", "restart"): instance.restart(at: request.time)
        default: return noSuchPath
        }
        return SimulatedResponse(body: (try? JSONEncoder().encode(instance.faults)) ?? Data())
    }

    private static let noSuchPath = problem("there is no such control path", status: 404)

    private static func problem(_ message: String, status: Int = 400) -> SimulatedResponse {
        .json(["message": .string(message)], status: status)
    }
}
