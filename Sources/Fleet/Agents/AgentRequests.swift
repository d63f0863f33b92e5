/// Body of taking an unmanaged agent into a project: by its fingerprint, which whoever has the machine can read there. A
/// system administrator, who sees the unmanaged ones, may name it by its id.
package struct ClaimAgentRequest: Codable, Sendable {
    package var fingerprint: String?
    package var agentId: Identifier<EdgeAgent>?
    /// What it is to be called; as it calls itself when absent.
    package var name: String?
    package var description: String?

    package init(
        fingerprint: String? = nil, agentId: Identifier<EdgeAgent>? = nil, name: String? = nil,
        description: String? = nil
    ) {
        self.fingerprint = fingerprint
        self.agentId = agentId
        self.name = name
        self.description = description
    }
}

/// Body of editing an agent: what is absent stays as it is.
package struct UpdateAgentRequest: Codable, Sendable {
    package var name: String?
    package var description: String?

    package init(name: String? = nil, description: String? = nil) {
        self.name = name
        self.description = description
    }
}

/// Body of moving an agent, with the services and hosts behind it, to another project.
package struct TransferAgentRequest: Codable, Sendable {
    package var projectId: Identifier<Project>

    package init(projectId: Identifier<Project>) { self.projectId = projectId }
}

/// Body of making services and hosts of what an agent offers.
package struct AdoptOffersRequest: Codable, Sendable {
    package struct Offer: Codable, Sendable {
        /// Which of its offers.
        package var offer: String
        /// What the service or host is to be called; the agent's name, and the offer's where it has several, when absent.
        package var name: String?
        /// Of a service, where the agent does not say it.
        package var category: ServiceCategory?

        package init(offer: String, name: String? = nil, category: ServiceCategory? = nil) {
            self.offer = offer
            self.name = name
            self.category = category
        }
    }

    /// All that are new when absent.
    package var offers: [Offer]?
    /// Of the services.
    package var tags: [String]?
    /// How the platform proves itself to the services: the platform's token or nothing; the key must be there by then.
    package var auth: ServiceAuthenticationRequest?

    package init(offers: [Offer]? = nil, tags: [String]? = nil, auth: ServiceAuthenticationRequest? = nil) {
        self.offers = offers
        self.tags = tags
        self.auth = auth
    }
}

/// What came of it, offer by offer.
package struct AdoptedOffers: Codable, Sendable {
    package struct Failure: Codable, Equatable, Sendable {
        package var offer: String
        package var reason: String

        package init(offer: String, reason: String) {
            self.offer = offer
            self.reason = reason
        }
    }

    package var services: [EdgeService]
    package var hosts: [EdgeHost]
    package var failed: [Failure]

    package init(services: [EdgeService], hosts: [EdgeHost], failed: [Failure]) {
        self.services = services
        self.hosts = hosts
        self.failed = failed
    }
}

/// What an agent has found at the well-known ports of its machine.
package struct AgentDiscovery: Codable, Equatable, Sendable {
    package struct Found: Codable, Equatable, Sendable {
        package var name: String
        package var kind: AgentOffer.Kind
        package var category: ServiceCategory?
        package var url: String
        /// Whether it offers this already. What it does not offer is named in the agent's own settings first: it forwards
        /// to nothing else.
        package var offered: Bool

        package init(_ offer: AgentOffer, offered: Bool) {
            name = offer.name
            kind = offer.kind
            category = offer.category
            url = offer.url
            self.offered = offered
        }
    }

    package var items: [Found]

    package init(items: [Found]) { self.items = items }
}
