import Foundation

/// One thing that can be asked of a simulated service.
struct SimulatedRoute: Sendable {
    typealias Action = @Sendable (inout SimulatedService, SimulatedRequest) -> SimulatedResponse

    let method: String
    /// `{}` stands for any one part.
    let path: String
    let action: Action

    init(_ method: String, _ path: String, _ action: @escaping Action) {
        self.method = method
        self.path = path
        self.action = action
    }
}

/// All that can be asked.
struct SimulatedRoutes: Sendable {
    enum Match {
        case found(SimulatedRoute.Action, names: [String])
        case wrongMethod
        case nothing
    }

    static let all = SimulatedRoutes(
        SimulatedService.shellRoutes + SimulatedService.neuronRoutes + SimulatedService.ekuiperRoutes)

    private typealias Methods = [String: SimulatedRoute.Action]

    private var plain: [String: Methods] = [:]
    private var patterns: [(parts: [String], methods: Methods)] = []

    init(_ routes: [SimulatedRoute]) {
        var grouped: [String: Methods] = [:]
        for route in routes { grouped[route.path, default: [:]][route.method] = route.action }
        for (path, methods) in grouped {
            if path.contains("{}") {
                patterns.append((path.split(separator: "/").map(String.init), methods))
            } else {
                plain[path] = methods
            }
        }
    }

    func match(_ method: String, _ path: String) -> Match {
        let parts = path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        if let methods = plain["/" + parts.joined(separator: "/")] { return Self.pick(methods, method, names: []) }
        for pattern in patterns where pattern.parts.count == parts.count {
            let pairs = zip(pattern.parts, parts)
            guard pairs.allSatisfy({ $0 == "{}" || $0 == $1 }) else { continue }
            return Self.pick(pattern.methods, method, names: pairs.compactMap { $0 == "{}" ? $1 : nil })
        }
        return .nothing
    }

    private static func pick(_ methods: Methods, _ method: String, names: [String]) -> Match {
        methods[method].map { .found($0, names: names) } ?? .wrongMethod
    }
}

extension SimulatedService {
    mutating func respond(to request: SimulatedRequest) -> SimulatedResponse {
        switch SimulatedRoutes.all.match(request.method, request.path) {
        case .nothing: return .noSuchPage
        case .wrongMethod: return .wrongMethod
        case .found(let action, let names):
            guard request.body.count <= Self.maximumBody(of: request.path) else { return .page(400, "Bad Request") }
            var request = request
            request.names = names
            settle(at: request.time)
            return action(&self, request)
        }
    }

    /// Neuron takes no more than 1 MiB at a time.
    private static func maximumBody(of path: String) -> Int { path.hasPrefix("/api/neuron/") ? 1 << 20 : .max }
}
