/// Where hosted services run, as the API shows it: a Docker engine.
package struct EdgeHost: Codable, Equatable, Sendable, Identifiable {
    package static let nameRule = TextRule(field: "name", length: 1...200)

    package enum Kind: String, Codable, Sendable, CaseIterable {
        case docker
    }

    /// Which parts of TLS are there; none of them is ever shown.
    package struct TLS: Codable, Equatable, Sendable {
        package var authority: Bool
        package var clientCertificate: Bool

        package init(authority: Bool, clientCertificate: Bool) {
            self.authority = authority
            self.clientCertificate = clientCertificate
        }
    }

    package var id: Identifier<EdgeHost>
    package var projectId: Identifier<Project>
    package var name: String
    package var kind: Kind
    package var address: HostAddress
    /// Name or address at which the platform reaches what runs on the host. Of hosts behind an agent: at which the agent
    /// does, for people; it knows by itself.
    package var serviceAddress: String
    /// Of hosts behind an agent: which.
    package var agentId: Identifier<EdgeAgent>?
    package var agentName: String?
    package var description: String
    package var tls: TLS?
    /// Whether a tcp address may be spoken to in the clear.
    package var allowUnencrypted: Bool
    /// What a person should know of it, in sentences.
    package var warnings: [String]
    package var status: ServiceStatus
    package var statusReason: String
    package var statusSince: Timestamp?
    /// As it was seen last.
    package var engine: HostEngine?
    /// How many services are on it.
    package var services: Int
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    private static let notAskedYet = "not asked yet"

    package init(
        id: Identifier<EdgeHost>, projectId: Identifier<Project>, name: String, address: HostAddress,
        serviceAddress: String, at time: Timestamp
    ) {
        self.id = id
        self.projectId = projectId
        self.name = name
        kind = .docker
        self.address = address
        self.serviceAddress = serviceAddress
        agentId = address.agent
        description = ""
        tls = nil
        allowUnencrypted = false
        warnings = []
        status = .unknown
        statusReason = Self.notAskedYet
        statusSince = nil
        engine = nil
        services = 0
        createdAt = time
        updatedAt = time
    }

    /// What was seen at another address, or with other certificates, says nothing any more.
    package mutating func forgetState(at time: Timestamp) {
        status = .unknown
        statusReason = Self.notAskedYet
        statusSince = time
        engine = nil
    }
}

extension EdgeHost {
    /// Where a container of the host answers that has this port of it.
    package func endpoint(port: Int) throws -> ServiceEndpoint {
        switch address {
        case .agent(let id, let offer): try ServiceEndpoint(agent: id, offer: offer, port: port)
        case .tcp, .unix: try ServiceEndpoint(host: serviceAddress, port: port)
        }
    }

    /// What a person should know of how it is spoken to.
    package var cautions: [String] {
        guard case .tcp = address, tls == nil else { return [] }
        return [
            "The engine is spoken to without encryption, and whoever can reach \(address) controls the whole machine: "
                + "give it TLS certificates."
        ]
    }
}

/// What runs the workloads of a host, and what it has to run them with.
package struct HostEngine: Codable, Equatable, Sendable {
    package var version: String
    /// For people: "Debian GNU/Linux 12 (bookworm)".
    package var operatingSystem: String
    /// As the engine says it: `x86_64`, `aarch64`.
    package var architecture: String
    package var cpus: Int
    /// In bytes.
    package var memory: Int64

    package init(version: String, operatingSystem: String, architecture: String, cpus: Int, memory: Int64) {
        self.version = version
        self.operatingSystem = operatingSystem
        self.architecture = architecture
        self.cpus = cpus
        self.memory = memory
    }
}

/// What asking a host has brought.
package struct HostCheck: Codable, Equatable, Sendable {
    package var reachable: Bool
    /// Why not; empty when it is.
    package var reason: String
    package var engine: HostEngine?
    package var warnings: [String]

    package init(reachable: Bool, reason: String = "", engine: HostEngine? = nil, warnings: [String] = []) {
        self.reachable = reachable
        self.reason = reason
        self.engine = engine
        self.warnings = warnings
    }
}

/// Certificates as PEM. They are sealed in the store and never shown again.
package struct HostTLSRequest: Codable, Sendable {
    /// Of who signed the engine's certificate; the system's authorities without.
    package var ca: String?
    package var certificate: String?
    package var key: String?

    package init(ca: String? = nil, certificate: String? = nil, key: String? = nil) {
        self.ca = ca
        self.certificate = certificate
        self.key = key
    }
}

package struct CreateHostRequest: Codable, Sendable {
    package var name: String
    /// `tcp://host:2376`, `unix:///var/run/docker.sock`.
    package var address: String
    /// The address's own host when absent.
    package var serviceAddress: String?
    package var description: String?
    package var allowUnencrypted: Bool?
    package var tls: HostTLSRequest?

    package init(
        name: String, address: String, serviceAddress: String? = nil, description: String? = nil,
        allowUnencrypted: Bool? = nil, tls: HostTLSRequest? = nil
    ) {
        self.name = name
        self.address = address
        self.serviceAddress = serviceAddress
        self.description = description
        self.allowUnencrypted = allowUnencrypted
        self.tls = tls
    }
}

/// Body of editing a host: what is absent stays as it is.
package struct UpdateHostRequest: Codable, Sendable {
    package var name: String?
    package var address: String?
    package var serviceAddress: String?
    package var description: String?
    package var allowUnencrypted: Bool?
    /// The whole; an empty one takes it away.
    package var tls: HostTLSRequest?

    package init(
        name: String? = nil, address: String? = nil, serviceAddress: String? = nil, description: String? = nil,
        allowUnencrypted: Bool? = nil, tls: HostTLSRequest? = nil
    ) {
        self.name = name
        self.address = address
        self.serviceAddress = serviceAddress
        self.description = description
        self.allowUnencrypted = allowUnencrypted
        self.tls = tls
    }
}
