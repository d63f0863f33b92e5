import Foundation

// Groups of tags, and tags.

extension SimulatedService {
    static let groupRoutes = [
        SimulatedRoute("GET", "/api/neuron/group") { $0.listGroups($1) },
        SimulatedRoute("POST", "/api/neuron/group") { $0.addGroup($1) },
        SimulatedRoute("PUT", "/api/neuron/group") { $0.updateGroup($1) },
        SimulatedRoute("DELETE", "/api/neuron/group") { $0.deleteGroup($1) },
        SimulatedRoute("GET", "/api/neuron/tags") { $0.listTags($1) },
        SimulatedRoute("POST", "/api/neuron/tags") { $0.addTags($1) },
        SimulatedRoute("PUT", "/api/neuron/tags") { $0.updateTags($1) },
        SimulatedRoute("DELETE", "/api/neuron/tags") { $0.deleteTags($1) },
        SimulatedRoute("POST", "/api/neuron/read") { $0.readTags($1) },
        SimulatedRoute("POST", "/api/neuron/write") { $0.writeTag($1) },
    ]

    private typealias Place = (node: Int, group: Int)

    /// Where a group is, or what Neuron says when there is none.
    private func place(node: String?, group: String?) -> (found: Place?, error: SimulatedResponse) {
        guard let node, let group else { return (nil, .badBody) }
        guard let nodeIndex = index(of: node) else { return (nil, .error(2003, status: 404)) }
        guard let groupIndex = nodes[nodeIndex].groups.firstIndex(where: { $0.name == group }) else {
            return (nil, .error(2106, status: 404))
        }
        return ((nodeIndex, groupIndex), .ok)
    }

    private func place(_ request: SimulatedRequest) -> (found: Place?, error: SimulatedResponse) {
        place(node: request["node"]?.text, group: request["group"]?.text)
    }

    // MARK: Groups

    private func listGroups(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let name = request.query["node"], !name.isEmpty else {
            let all = nodes.flatMap { node in
                node.groups.map { Self.listed($0, ["driver": .string(node.name), "group": .string($0.name)]) }
            }
            return .json(["groups": .array(all)])
        }
        guard let node = index(of: name) else { return .error(2003, status: 404) }
        return .json(["groups": .array(nodes[node].groups.map { Self.listed($0, ["name": .string($0.name)]) })])
    }

    private static func listed(_ group: SimulatedGroup, _ names: [String: JSONValue]) -> JSONValue {
        .object(
            names.merging([
                "interval": .integer(Int64(group.interval)), "tag_count": .integer(Int64(group.tagCount)),
            ]) { $1 })
    }

    private mutating func addGroup(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let name = request["group"]?.text, let driver = request["node"]?.text,
            let interval = request["interval"]?.int
        else { return .badBody }
        guard let node = index(of: driver) else { return .error(2003, status: 404) }
        guard nodes[node].type == 1 else { return .error(2103, status: 409) }
        guard interval >= 30 else { return .error(2105, status: 400) }
        guard !nodes[node].groups.contains(where: { $0.name == name }) else { return .error(2104, status: 409) }
        nodes[node].groups.append(SimulatedGroup(name: name, interval: interval))
        return .ok
    }

    private mutating func updateGroup(_ request: SimulatedRequest) -> SimulatedResponse {
        let (found, error) = place(request)
        guard let (node, group) = found else { return error }
        if let interval = request["interval"]?.int {
            guard interval >= 30 else { return .error(2105, status: 400) }
            nodes[node].groups[group].interval = interval
        }
        guard let name = request["new_name"]?.text, name != nodes[node].groups[group].name else { return .ok }
        guard !nodes[node].groups.contains(where: { $0.name == name }) else { return .error(2104, status: 409) }
        let (driver, old) = (nodes[node].name, nodes[node].groups[group].name)
        nodes[node].groups[group].name = name
        forEachSubscription {
            guard $0.driver == driver, $0.group == old else { return $0 }
            return SimulatedSubscription(driver: driver, group: name, others: $0.others)
        }
        return .ok
    }

    /// What was subscribed to it goes with it.
    private mutating func deleteGroup(_ request: SimulatedRequest) -> SimulatedResponse {
        let (found, error) = place(request)
        guard let (node, group) = found else { return error }
        let (driver, name) = (nodes[node].name, nodes[node].groups.remove(at: group).name)
        forEachSubscription { $0.driver == driver && $0.group == name ? nil : $0 }
        return .ok
    }

    // MARK: Tags

    private func listTags(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let driver = request.query["node"], let name = request.query["group"] else { return .badParameter }
        let (found, error) = place(node: driver, group: name)
        guard let (node, group) = found else { return error }
        let wanted = request.query["name"] ?? ""
        let tags = nodes[node].groups[group].tags.filter {
            wanted.isEmpty || ($0["name"]?.text?.contains(wanted) ?? false)
        }
        return .json(["tags": .array(tags)])
    }

    /// Adds them in order, up to the first that is unfit. A missing group is made, with Neuron's own interval.
    private mutating func addTags(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let driver = request["node"]?.text, let name = request["group"]?.text,
            let given = request["tags"]?.elements
        else { return .badBody }
        guard let node = index(of: driver) else { return .error(2003, status: 404) }
        if !nodes[node].groups.contains(where: { $0.name == name }) {
            nodes[node].groups.append(SimulatedGroup(name: name, interval: 100))
        }
        let group = nodes[node].groups.firstIndex { $0.name == name } ?? 0
        var tags = nodes[node].groups[group].tags
        var names = Set(tags.compactMap { $0["name"]?.text })
        for (index, tag) in given.enumerated() {
            guard let error = Self.error(in: tag, others: names) else {
                tags.append(tag)
                names.insert(tag["name"]?.text ?? "")
                continue
            }
            nodes[node].groups[group].tags = tags
            return .json(["index": .integer(Int64(index)), "error": .integer(error)], status: 206)
        }
        nodes[node].groups[group].tags = tags
        return .json(["index": .integer(Int64(given.count)), "error": 0])
    }

    private static func error(in tag: JSONValue, others: Set<String>) -> Int64? {
        guard let name = tag["name"]?.text, tag["address"]?.text != nil else { return 2205 }
        if others.contains(name) { return 2202 }
        guard let attribute = tag["attribute"]?.int, (1...15).contains(attribute) else { return 2203 }
        guard let type = tag["type"]?.int, (1...30).contains(type) else { return 2204 }
        return nil
    }

    private mutating func updateTags(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let given = request["tags"]?.elements else { return .badBody }
        let (found, error) = place(request)
        guard let (node, group) = found else { return error }
        var tags = nodes[node].groups[group].tags
        for (index, tag) in given.enumerated() {
            guard let old = tags.firstIndex(where: { $0["name"] == tag["name"] }) else {
                return .json(["index": .integer(Int64(index)), "error": 2201], status: 206)
            }
            tags[old] = tag
            nodes[node].groups[group].tags = tags
        }
        return .json(["index": .integer(Int64(given.count)), "error": 0])
    }

    private mutating func deleteTags(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let names = request["tags"]?.elements else { return .badBody }
        let (found, error) = place(request)
        guard let (node, group) = found else { return error }
        nodes[node].groups[group].tags.removeAll { tag in tag["name"].map(names.contains) ?? false }
        return .ok
    }

    private func readTags(_ request: SimulatedRequest) -> SimulatedResponse {
        let (found, error) = place(request)
        guard let (node, group) = found else { return error }
        let isWorking = shownNodes[node].isWorking
        let values = nodes[node].groups[group].tags.enumerated().map { index, tag -> JSONValue in
            let name = tag["name"] ?? ""
            // 3002: the device does not answer.
            guard isWorking else { return ["name": name, "error": 3002] }
            return ["name": name, "value": tag["value"] ?? .integer((Int64(request.time) + Int64(index)) % 100)]
        }
        return .json(["tags": .array(values)])
    }

    private mutating func writeTag(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let name = request["tag"]?.text, let value = request["value"] else { return .badBody }
        let (found, error) = place(request)
        guard let (node, group) = found else { return error }
        var tags = nodes[node].groups[group].tags
        guard let index = tags.firstIndex(where: { $0["name"]?.text == name }), case .object(var tag) = tags[index]
        else { return .error(2201, status: 404) }
        // Attribute 2 is "may be written"; one of the errors that come with status 200.
        guard (tag["attribute"]?.int ?? 0) & 2 != 0 else { return .error(3004, status: 200) }
        tag["value"] = value
        tags[index] = .object(tag)
        nodes[node].groups[group].tags = tags
        return .ok
    }
}
