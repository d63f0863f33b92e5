import Client
import Fleet

extension ClientSession {
    /// By id, or by exact name in the project, or by fingerprint.
    func agent(named reference: String, in project: ProjectArgument) async throws -> EdgeAgent {
        if let found = try await agent(identified: reference) { return found }
        return try await agent(exactly: reference, in: try await self.project(project))
    }

    /// By id, or by exact name in the project, or by fingerprint.
    func agent(named reference: String, in project: Identifier<Project>) async throws -> EdgeAgent {
        if let found = try await agent(identified: reference) { return found }
        return try await agent(exactly: reference, in: project)
    }

    private func agent(identified reference: String) async throws -> EdgeAgent? {
        guard reference.isIdentifier else { return nil }
        return try await present { try await client.getAgent(Identifier(reference)) }
    }

    private func agent(exactly reference: String, in project: Identifier<Project>) async throws -> EdgeAgent {
        let client = client
        let like = try await collect { try await client.listAgents(in: project, AgentFilter(q: reference), $0) }
        let found = like.filter { $0.name == reference || $0.fingerprint == reference }
        if found.isEmpty, let unmanaged = try await unmanagedAgent(of: reference) { return unmanaged }
        return try only(found, "agent", reference)
    }

    /// An agent of no project, by its fingerprint: the names that such agents give themselves prove nothing.
    private func unmanagedAgent(of fingerprint: String) async throws -> EdgeAgent? {
        guard fingerprint.isFingerprint else { return nil }
        let client = client
        do {
            let like = try await collect { try await client.listUnmanagedAgents(matching: fingerprint, $0) }
            return like.first { $0.fingerprint == fingerprint }
        } catch let problem as APIProblem where problem.status == 403 {
            // Only system admins see those.
            return nil
        }
    }

    /// What an agent offers, by name.
    /// - Throws: `CommandFailure` naming what it offers of this kind when it does not offer that.
    func offer(named name: String, of agent: EdgeAgent, _ kind: AgentOffer.Kind) async throws -> AgentOfferStatus {
        let offers = try await client.listAgentOffers(of: agent.id).items.filter { $0.kind == kind }
        guard let found = offers.first(where: { $0.name == name }) else {
            let names = offers.map(\.name).joined(separator: ", ")
            throw CommandFailure(
                .notFound, "The agent \(agent.name) offers no \(kind.words) “\(name)”.",
                advice: names.isEmpty ? nil : "It offers: \(names)")
        }
        return found
    }

    /// By id or name; of several of one name the one that can still be used is meant.
    func enrollmentToken(named reference: String, in project: Identifier<Project>) async throws -> EnrollmentToken {
        let client = client
        let all = try await collect { try await client.listEnrollmentTokens(in: project, $0) }
        if let found = all.first(where: { $0.id.rawValue == reference }) { return found }
        let named = all.filter { $0.name == reference }
        let active = named.filter { $0.state == .active }
        return try only(active.isEmpty ? named : active, "enrolment token", reference)
    }
}

extension AgentOffer.Kind {
    fileprivate var words: String {
        switch self {
        case .service: "service"
        case .docker: "Docker engine"
        }
    }
}

extension String {
    /// Whether it has the form of an agent's fingerprint.
    var isFingerprint: Bool { hasPrefix("SHA256:") && utf8.count == 50 }
}
