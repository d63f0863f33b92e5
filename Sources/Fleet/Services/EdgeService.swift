/// A category's name, as users and files write it.
package enum ServiceCategory: String, Codable, Sendable, CaseIterable {
    case neuronex
    case neuron
    case ekuiper
    case custom
}

/// Whether Edgewright adopted the service or made it.
package enum ServiceMode: String, Codable, Sendable, CaseIterable {
    case managed
    case hosted
}

/// How the platform reaches the service.
package enum ServiceConnection: String, Codable, Sendable, CaseIterable {
    case direct
    case agent
}

/// The one statement on whether a service is up.
package enum ServiceStatus: String, Codable, Sendable, CaseIterable {
    /// It answered its last probe as it should.
    case online
    /// It missed as many probes as make it offline.
    case offline
    /// Never probed, or the platform can't tell: the path failed, or the service refuses the platform's credentials.
    case unknown
}

/// One running instance of a category, as the API shows it.
package struct EdgeService: Codable, Equatable, Sendable, Identifiable {
    package static let nameRule = TextRule(field: "name", length: 1...200)
    package static let maximumTags = 10

    package var id: Identifier<EdgeService>
    package var projectId: Identifier<Project>
    package var name: String
    package var category: ServiceCategory
    package var mode: ServiceMode
    package var connection: ServiceConnection
    package var endpoint: ServiceEndpoint
    /// Whether the certificate of an https endpoint must be trusted and issued for its name.
    package var verifyTLS: Bool
    /// The path a `custom` service answers with 2xx when it is well; `nil` for the other categories.
    package var healthPath: String?
    package var status: ServiceStatus
    /// Why the status is not `online`, for a person; empty when there is nothing to say.
    package var statusReason: String
    package var statusSince: Timestamp?
    package var version: String?
    package var lastSeen: Timestamp?
    package var tags: [String]
    package var auth: ServiceAuthentication
    package var description: String
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    /// Of services behind an agent: which.
    package var agentId: Identifier<EdgeAgent>?
    package var agentName: String?
    /// Of hosted services: where they run.
    package var hostId: Identifier<EdgeHost>?
    package var hostName: String?
    /// Of hosted services: what they are made from.
    package var image: String?
    /// In a sentence, how a hosted service's container differs from what was asked for.
    package var drift: String?

    package init(
        id: Identifier<EdgeService>, projectId: Identifier<Project>, name: String, category: ServiceCategory,
        mode: ServiceMode, connection: ServiceConnection, endpoint: ServiceEndpoint, verifyTLS: Bool,
        healthPath: String?, status: ServiceStatus, statusReason: String, statusSince: Timestamp?, version: String?,
        lastSeen: Timestamp?, tags: [String], auth: ServiceAuthentication, description: String, createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.projectId = projectId
        self.name = name
        self.category = category
        self.mode = mode
        self.connection = connection
        self.endpoint = endpoint
        self.verifyTLS = verifyTLS
        self.healthPath = healthPath
        self.status = status
        self.statusReason = statusReason
        self.statusSince = statusSince
        self.version = version
        self.lastSeen = lastSeen
        self.tags = tags
        self.auth = auth
        self.description = description
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        agentId = endpoint.agent
    }
}

extension EdgeService {
    private enum CodingKeys: String, CodingKey {
        case id, projectId, name, category, mode, connection, endpoint, verifyTLS, healthPath, status, statusReason
        case statusSince, version, lastSeen, tags, auth, description, createdAt, updatedAt
        case agentId, agentName, hostId, hostName, image, drift
    }

    /// What is not known yet is there as null, so that every service has the same form.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(projectId, forKey: .projectId)
        try container.encode(name, forKey: .name)
        try container.encode(category, forKey: .category)
        try container.encode(mode, forKey: .mode)
        try container.encode(connection, forKey: .connection)
        try container.encode(endpoint, forKey: .endpoint)
        try container.encode(verifyTLS, forKey: .verifyTLS)
        try container.encode(healthPath, forKey: .healthPath)
        try container.encode(status, forKey: .status)
        try container.encode(statusReason, forKey: .statusReason)
        try container.encode(statusSince, forKey: .statusSince)
        try container.encode(version, forKey: .version)
        try container.encode(lastSeen, forKey: .lastSeen)
        try container.encode(tags, forKey: .tags)
        try container.encode(auth, forKey: .auth)
        try container.encode(description, forKey: .description)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(updatedAt, forKey: .updatedAt)
        try container.encode(agentId, forKey: .agentId)
        try container.encode(agentName, forKey: .agentName)
        try container.encode(hostId, forKey: .hostId)
        try container.encode(hostName, forKey: .hostName)
        try container.encode(image, forKey: .image)
        try container.encode(drift, forKey: .drift)
    }
}

/// How the platform proves itself to the service, without the secret.
package struct ServiceAuthentication: Codable, Equatable, Hashable, Sendable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case none
        /// A short-lived RS256 token signed by the platform; the service holds the platform's public key.
        case jwt
        /// The service's own user name and password.
        case password
    }

    package var kind: Kind
    /// With `password`.
    package var username: String?

    package init(kind: Kind, username: String? = nil) {
        self.kind = kind
        self.username = username
    }

    package static let none = ServiceAuthentication(kind: .none)
}

/// How to prove oneself, as a request says it. The password is sealed in the store and never shown again.
package struct ServiceAuthenticationRequest: Codable, Sendable {
    package var kind: ServiceAuthentication.Kind
    package var username: String?
    package var password: String?

    package init(kind: ServiceAuthentication.Kind, username: String? = nil, password: String? = nil) {
        self.kind = kind
        self.username = username
        self.password = password
    }
}

/// Body of adopting a service.
package struct CreateServiceRequest: Codable, Sendable {
    package var name: String
    package var category: ServiceCategory?
    package var mode: ServiceMode?
    package var connection: ServiceConnection?
    package var endpoint: String
    package var verifyTLS: Bool?
    package var healthPath: String?
    package var auth: ServiceAuthenticationRequest?
    package var tags: [String]?
    package var description: String?

    package init(
        name: String, category: ServiceCategory? = nil, mode: ServiceMode? = nil,
        connection: ServiceConnection? = nil, endpoint: String, verifyTLS: Bool? = nil, healthPath: String? = nil,
        auth: ServiceAuthenticationRequest? = nil, tags: [String]? = nil, description: String? = nil
    ) {
        self.name = name
        self.category = category
        self.mode = mode
        self.connection = connection
        self.endpoint = endpoint
        self.verifyTLS = verifyTLS
        self.healthPath = healthPath
        self.auth = auth
        self.tags = tags
        self.description = description
    }
}

/// Body of editing a service: what is absent stays as it is.
package struct UpdateServiceRequest: Codable, Sendable {
    package var name: String?
    package var endpoint: String?
    package var verifyTLS: Bool?
    package var healthPath: String?
    package var auth: ServiceAuthenticationRequest?
    /// The whole set; see `AssociateTagsRequest` for adding and removing.
    package var tags: [String]?
    package var description: String?

    package init(
        name: String? = nil, endpoint: String? = nil, verifyTLS: Bool? = nil, healthPath: String? = nil,
        auth: ServiceAuthenticationRequest? = nil, tags: [String]? = nil, description: String? = nil
    ) {
        self.name = name
        self.endpoint = endpoint
        self.verifyTLS = verifyTLS
        self.healthPath = healthPath
        self.auth = auth
        self.tags = tags
        self.description = description
    }
}
