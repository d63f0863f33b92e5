/// A program beside edge services that the platform can't reach, as the API shows it: it dials out, and what it offers is
/// reached through it.
package struct EdgeAgent: Codable, Equatable, Sendable, Identifiable {
    package static let nameRule = TextRule(field: "name", length: 1...200)

    package enum State: String, Codable, Sendable, CaseIterable {
        /// It came without an enrolment token: nobody reaches anything through it until an administrator has claimed it.
        case unmanaged
        /// It belongs to a project.
        case managed
        /// Its key is refused, until it is restored.
        case revoked
    }

    /// That its key is used in two places.
    package struct Clone: Codable, Equatable, Sendable {
        /// Whence the second one came.
        package var address: String
        package var seenAt: Timestamp

        package init(address: String, seenAt: Timestamp) {
            self.address = address
            self.seenAt = seenAt
        }
    }

    package var id: Identifier<EdgeAgent>
    /// `nil` for unmanaged ones.
    package var projectId: Identifier<Project>?
    package var state: State
    package var name: String
    package var description: String
    /// `SHA256:` and 43 characters of base64: of its public key, as the agent itself prints it.
    package var fingerprint: String
    package var online: Bool
    /// Since when it is online, or is not; `nil` before it came for the first time.
    package var statusSince: Timestamp?
    package var lastSeen: Timestamp?
    /// Whence it dials, as the platform sees it; empty before it came for the first time.
    package var address: String
    /// Of its program; empty before it came for the first time.
    package var version: String
    /// What it runs on: `linux x86_64`; empty before it came for the first time.
    package var system: String
    /// Connections that it holds open.
    package var connections: Int
    /// Of the last ping, there and back; `nil` when it is offline or not known here.
    package var latencyMilliseconds: Double?
    /// Bytes of its connections since they began, or of the last ones: from the agent, and to it.
    package var bytesReceived: Int64
    package var bytesSent: Int64
    /// How many services are reached through it, and how many hosts.
    package var services: Int
    package var hosts: Int
    /// How many things it offers, and how many of them are neither a service nor a host yet.
    package var offers: Int
    package var newOffers: Int
    package var clone: Clone?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: Identifier<EdgeAgent>, projectId: Identifier<Project>?, state: State, name: String, description: String,
        fingerprint: String, at time: Timestamp
    ) {
        self.id = id
        self.projectId = projectId
        self.state = state
        self.name = name
        self.description = description
        self.fingerprint = fingerprint
        online = false
        address = ""
        version = ""
        system = ""
        connections = 0
        bytesReceived = 0
        bytesSent = 0
        services = 0
        hosts = 0
        offers = 0
        newOffers = 0
        createdAt = time
        updatedAt = time
    }
}

extension EdgeAgent {
    private enum CodingKeys: String, CodingKey {
        case id, projectId, state, name, description, fingerprint, online, statusSince, lastSeen, address, version
        case system, connections, latencyMilliseconds, bytesReceived, bytesSent, services, hosts, offers, newOffers
        case clone, createdAt, updatedAt
    }

    /// What is not known yet is there as null, so that every agent has the same form.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(projectId, forKey: .projectId)
        try container.encode(state, forKey: .state)
        try container.encode(name, forKey: .name)
        try container.encode(description, forKey: .description)
        try container.encode(fingerprint, forKey: .fingerprint)
        try container.encode(online, forKey: .online)
        try container.encode(statusSince, forKey: .statusSince)
        try container.encode(lastSeen, forKey: .lastSeen)
        try container.encode(address, forKey: .address)
        try container.encode(version, forKey: .version)
        try container.encode(system, forKey: .system)
        try container.encode(connections, forKey: .connections)
        try container.encode(latencyMilliseconds, forKey: .latencyMilliseconds)
        try container.encode(bytesReceived, forKey: .bytesReceived)
        try container.encode(bytesSent, forKey: .bytesSent)
        try container.encode(services, forKey: .services)
        try container.encode(hosts, forKey: .hosts)
        try container.encode(offers, forKey: .offers)
        try container.encode(newOffers, forKey: .newOffers)
        try container.encode(clone, forKey: .clone)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(updatedAt, forKey: .updatedAt)
    }
}

/// Which agents of a project are meant; every part that is set must hold.
package struct AgentFilter: Equatable, Sendable {
    package var state: EdgeAgent.State?
    package var online: Bool?
    /// Part of the name, the description, the address or the fingerprint.
    package var q: String?

    package init(state: EdgeAgent.State? = nil, online: Bool? = nil, q: String? = nil) {
        self.state = state
        self.online = online
        self.q = q
    }
}

/// One of an agent's offers, and what has become of it.
package struct AgentOfferStatus: Codable, Equatable, Sendable {
    package var name: String
    package var kind: AgentOffer.Kind
    package var category: ServiceCategory?
    /// As the agent calls it.
    package var url: String
    /// The service that it is, if it was added.
    package var serviceId: Identifier<EdgeService>?
    package var serviceName: String?
    /// The host that it is, if it was added.
    package var hostId: Identifier<EdgeHost>?
    package var hostName: String?

    package init(_ offer: AgentOffer) {
        name = offer.name
        kind = offer.kind
        category = offer.category
        url = offer.url
    }

    package var isNew: Bool { serviceId == nil && hostId == nil }
}

extension AgentOfferStatus {
    private enum CodingKeys: String, CodingKey {
        case name, kind, category, url, serviceId, serviceName, hostId, hostName
    }

    /// What is not known yet is there as null.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(kind, forKey: .kind)
        try container.encode(category, forKey: .category)
        try container.encode(url, forKey: .url)
        try container.encode(serviceId, forKey: .serviceId)
        try container.encode(serviceName, forKey: .serviceName)
        try container.encode(hostId, forKey: .hostId)
        try container.encode(hostName, forKey: .hostName)
    }
}

package struct AgentOfferList: Codable, Sendable {
    package var items: [AgentOfferStatus]

    package init(items: [AgentOfferStatus]) { self.items = items }
}

/// An agent of a project came, went, or was changed.
package struct AgentChange: Codable, Equatable, Sendable {
    package var id: Identifier<EdgeAgent>
    /// `nil` when it is gone.
    package var online: Bool?

    package init(id: Identifier<EdgeAgent>, online: Bool?) {
        self.id = id
        self.online = online
    }
}
