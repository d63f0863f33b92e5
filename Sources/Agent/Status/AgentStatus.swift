package import Fleet

/// How a running agent does, as it tells whoever asks on its own machine.
package struct AgentStatus: Codable, Equatable, Sendable {
    package enum State: String, Codable, Sendable {
        /// It has no key yet, or can't read it.
        case starting
        /// It asks the platform to be let in.
        case connecting
        case connected
        /// It is not connected, and tries again by itself.
        case waiting
    }

    package struct Offer: Codable, Equatable, Sendable {
        package var name: String
        package var kind: AgentOffer.Kind
        package var category: ServiceCategory?
        package var url: String
        /// Whether anything came back when it was asked just now.
        package var answers: Bool
        /// Why not; `nil` when it answers.
        package var problem: String?

        package init(_ offer: AgentOffer, problem: String?) {
            name = offer.name
            kind = offer.kind
            category = offer.category
            url = offer.url
            answers = problem == nil
            self.problem = problem
        }
    }

    package var state: State
    /// Since when it is connected, or is not.
    package var since: Timestamp
    package var platform: String
    package var name: String
    package var version: String
    /// `nil` before it was enrolled by this program.
    package var agentId: Identifier<EdgeAgent>?
    /// `nil` while it is starting.
    package var fingerprint: String?
    /// What it is to the platform, as that has said last; `nil` when it has not yet.
    package var membership: EdgeAgent.State?
    package var connections: Int
    /// Why it is not connected, or was not the last time.
    package var lastError: String?
    package var advice: String?
    /// To the platform, or to the proxy before it, and back.
    package var latencyMilliseconds: Double?
    /// Of all its connections, since it was started.
    package var bytesReceived: Int64
    package var bytesSent: Int64
    package var offers: [Offer]

    package init(state: State, since: Timestamp, platform: String, name: String) {
        self.state = state
        self.since = since
        self.platform = platform
        self.name = name
        version = AgentProgram.version
        connections = 0
        bytesReceived = 0
        bytesSent = 0
        offers = []
    }
}

extension AgentStatus {
    private enum CodingKeys: String, CodingKey {
        case state, since, platform, name, version, agentId, fingerprint, membership, connections, lastError, advice
        case latencyMilliseconds, bytesReceived, bytesSent, offers
    }

    /// What is not known is there as null, so that every status has the same form.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(state, forKey: .state)
        try container.encode(since, forKey: .since)
        try container.encode(platform, forKey: .platform)
        try container.encode(name, forKey: .name)
        try container.encode(version, forKey: .version)
        try container.encode(agentId, forKey: .agentId)
        try container.encode(fingerprint, forKey: .fingerprint)
        try container.encode(membership, forKey: .membership)
        try container.encode(connections, forKey: .connections)
        try container.encode(lastError, forKey: .lastError)
        try container.encode(advice, forKey: .advice)
        try container.encode(latencyMilliseconds, forKey: .latencyMilliseconds)
        try container.encode(bytesReceived, forKey: .bytesReceived)
        try container.encode(bytesSent, forKey: .bytesSent)
        try container.encode(offers, forKey: .offers)
    }
}

extension AgentStatus {
    /// For people.
    package var text: String {
        var lines = [("State", "\(state.rawValue) since \(since)"), ("Platform", platform), ("Name", name)]
        lines.append(("Agent", agentId?.rawValue ?? "-"))
        lines.append(("Fingerprint", fingerprint ?? "-"))
        if let membership { lines.append(("Membership", Self.words(membership))) }
        lines.append(("Version", version))
        if state == .connected {
            let latency = latencyMilliseconds.map { "\(($0 * 10).rounded() / 10) ms" } ?? "-"
            lines.append(("Connections", "\(connections)"))
            lines.append(("Latency", latency))
        }
        lines.append(("Received", "\(bytesReceived) bytes"))
        lines.append(("Sent", "\(bytesSent) bytes"))
        if let lastError { lines.append((state == .connected ? "Last error" : "Error", lastError)) }
        if let advice { lines.append(("Advice", advice)) }
        let width = lines.map(\.0.count).max() ?? 0
        let facts = lines.map { title, value in
            title + ":" + String(repeating: " ", count: width - title.count + 1) + value.oneLine
        }
        return (facts + offerLines).joined(separator: "\n") + "\n"
    }

    private static func words(_ membership: EdgeAgent.State) -> String {
        switch membership {
        case .unmanaged: "waits to be claimed into a project"
        case .managed: "belongs to a project"
        case .revoked: "revoked"
        }
    }

    /// What is to be done by people, though nothing is wrong.
    var adviceOfMember: String? {
        guard membership == .unmanaged, let fingerprint else { return nil }
        return "Nobody reaches anything through it before it is claimed: in the console under Agents, or with "
            + "“edgewright agents claim \(fingerprint)”."
    }

    private var offerLines: [String] {
        guard !offers.isEmpty else { return ["It offers nothing."] }
        let lines = offers.map { offer in
            let health = offer.problem.map { "does not answer: \($0)" } ?? "answers"
            return "  \(offer.name)  \(offer.url)  \(health)".oneLine
        }
        return ["Offers:"] + lines
    }
}
