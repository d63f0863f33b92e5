import Foundation

// Who gets what to the north.

extension SimulatedService {
    static let subscriptionRoutes = [
        SimulatedRoute("GET", "/api/neuron/subscribe") { $0.listSubscriptions($1) },
        SimulatedRoute("POST", "/api/neuron/subscribe") { $0.subscribe($1) },
        SimulatedRoute("PUT", "/api/neuron/subscribe") { $0.updateSubscription($1) },
        SimulatedRoute("DELETE", "/api/neuron/subscribe") { $0.unsubscribe($1) },
        SimulatedRoute("POST", "/api/neuron/subscribes") { $0.subscribeMany($1) },
    ]

    /// An application nobody knows has no subscriptions: Neuron does not call that an error.
    private func listSubscriptions(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let app = request.query["app"] else { return .badParameter }
        let found = index(of: app).map { nodes[$0].subscriptions } ?? []
        return .json(["groups": .array(found.map(\.json))])
    }

    private mutating func subscribe(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let app = request["app"]?.text, let given = Self.subscription(request.json) else { return .badBody }
        return add(given, to: app)
    }

    private mutating func subscribeMany(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let app = request["app"]?.text, let groups = request["groups"]?.elements else { return .badBody }
        let given = groups.compactMap { Self.subscription($0) }
        guard given.count == groups.count else { return .badBody }
        for subscription in given {
            let answer = add(subscription, to: app)
            guard answer == .ok else { return answer }
        }
        return .ok
    }

    private mutating func add(_ given: SimulatedSubscription, to app: String) -> SimulatedResponse {
        guard let node = index(of: app), let driver = index(of: given.driver) else { return .error(2003, status: 404) }
        guard nodes[node].type == 2 else { return .error(2012, status: 400) }
        guard nodes[driver].groups.contains(where: { $0.name == given.group }) else { return .error(2106, status: 404) }
        // One of the errors that come with status 200.
        guard position(of: given, in: node) == nil else { return .error(2101, status: 200) }
        nodes[node].subscriptions.append(given)
        return .ok
    }

    private mutating func updateSubscription(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let given = Self.subscription(request.json) else { return .badBody }
        guard let node = index(of: request["app"]?.text) else { return .error(2003, status: 404) }
        guard let old = position(of: given, in: node) else { return .error(2106, status: 404) }
        nodes[node].subscriptions[old] = given
        return .ok
    }

    private mutating func unsubscribe(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let given = Self.subscription(request.json) else { return .badBody }
        guard let node = index(of: request["app"]?.text) else { return .error(2003, status: 404) }
        guard let old = position(of: given, in: node) else { return .error(2102, status: 404) }
        nodes[node].subscriptions.remove(at: old)
        return .ok
    }

    private func position(of given: SimulatedSubscription, in node: Int) -> Int? {
        nodes[node].subscriptions.firstIndex { $0.driver == given.driver && $0.group == given.group }
    }

    static func subscription(_ json: JSONValue?) -> SimulatedSubscription? {
        guard case .object(var members)? = json, let driver = members["driver"]?.text,
            let group = members["group"]?.text
        else { return nil }
        for name in ["app", "driver", "group"] { members[name] = nil }
        return SimulatedSubscription(driver: driver, group: group, others: members)
    }
}
