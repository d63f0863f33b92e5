package import Fleet
import NIOHTTP1

extension APIClient {
    package func listAgents(
        in project: Identifier<Project>, _ filter: AgentFilter = AgentFilter(), _ page: PageRequest = .largest
    ) async throws -> Page<EdgeAgent> {
        try await read(
            APIRequest(.GET, "projects", project.rawValue, "agents", query: filter.query + page.query))
    }

    /// Takes an unmanaged agent into a project.
    package func claimAgent(in project: Identifier<Project>, _ body: ClaimAgentRequest) async throws -> EdgeAgent {
        try await read(APIRequest(.POST, "projects", project.rawValue, "agents").sending(body))
    }

    /// Those of no project; for system administrators.
    package func listUnmanagedAgents(
        matching q: String? = nil, _ page: PageRequest = .largest
    ) async throws -> Page<EdgeAgent> {
        try await read(APIRequest(.GET, "agents", "unmanaged", query: .present(["q": q]) + page.query))
    }

    package func getAgent(_ id: Identifier<EdgeAgent>) async throws -> EdgeAgent {
        try await read(APIRequest(.GET, "agents", id.rawValue))
    }

    package func updateAgent(_ id: Identifier<EdgeAgent>, _ body: UpdateAgentRequest) async throws -> EdgeAgent {
        try await read(APIRequest(.PATCH, "agents", id.rawValue).sending(body))
    }

    /// `services`: with the entries of the services and hosts behind it; without, there must be none.
    package func deleteAgent(_ id: Identifier<EdgeAgent>, services: Bool = false) async throws {
        let query: [(name: String, value: String)] = .present(["services": services ? "true" : nil])
        try await perform(APIRequest(.DELETE, "agents", id.rawValue, query: query))
    }

    /// To another project, with the services and hosts behind it.
    package func transferAgent(_ id: Identifier<EdgeAgent>, _ body: TransferAgentRequest) async throws -> EdgeAgent {
        try await read(APIRequest(.POST, "agents", id.rawValue, "transfer").sending(body))
    }

    /// Refuses its key, and cuts it off.
    package func revokeAgent(_ id: Identifier<EdgeAgent>) async throws -> EdgeAgent {
        try await read(APIRequest(.POST, "agents", id.rawValue, "revoke"))
    }

    package func restoreAgent(_ id: Identifier<EdgeAgent>) async throws -> EdgeAgent {
        try await read(APIRequest(.POST, "agents", id.rawValue, "restore"))
    }

    /// Takes the warning back that its key is used in two places.
    package func dismissAgentClone(of id: Identifier<EdgeAgent>) async throws {
        try await perform(APIRequest(.DELETE, "agents", id.rawValue, "clone"))
    }

    package func listAgentOffers(of id: Identifier<EdgeAgent>) async throws -> AgentOfferList {
        try await read(APIRequest(.GET, "agents", id.rawValue, "offers"))
    }

    /// Makes services and hosts of what it offers, once, however often the connection breaks off meanwhile.
    package func adoptAgentOffers(
        of id: Identifier<EdgeAgent>, _ body: AdoptOffersRequest
    ) async throws -> AdoptedOffers {
        try await read(APIRequest(.POST, "agents", id.rawValue, "adopt").sending(body).once())
    }

    /// Has it look at the well-known ports of its machine now.
    package func discoverAgentServices(of id: Identifier<EdgeAgent>) async throws -> AgentDiscovery {
        try await read(APIRequest(.POST, "agents", id.rawValue, "discover"))
    }
}

extension AgentFilter {
    var query: [(name: String, value: String)] {
        .present(["q": q, "online": online.map { "\($0)" }, "state": state?.rawValue])
    }
}
