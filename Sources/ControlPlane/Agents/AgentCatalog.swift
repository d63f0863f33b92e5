package import Fleet
import Store

/// Proof that a permission was checked on an agent's project, or on the platform for one that has none.
package struct AgentAccess: Sendable {
    let caller: Caller
    /// `nil` for an unmanaged one.
    package let project: ProjectAccess?
    package let agentId: Identifier<EdgeAgent>
}

/// The agents of projects, and those that wait to be claimed: listing, claiming, editing, moving, revoking, letting go.
package struct AgentCatalog: Sendable {
    let context: ControlPlaneContext
    let recorder: AuditRecorder
    let access: AccessControl
    let network: AgentNetwork
    let changes: AgentChanges
    let adoption: AgentAdoption
    let directory: ServiceDirectory

    private var monitor: Monitor { changes.monitor }

    /// - Throws: `.notFound` for somebody without a role in its project; an unmanaged one is there for system admins only.
    package func authorize(
        _ caller: Caller, _ permission: Permission, agent id: Identifier<EdgeAgent>
    ) async throws -> AgentAccess {
        let missing = EdgewrightError.notFound("agent", id.rawValue)
        guard let record = try await context.read({ try $0.agent(id) }) else { throw missing }
        guard let projectId = record.agent.projectId else {
            guard caller.principal.isSystemAdmin, caller.principal.token?.projectId == nil else { throw missing }
            if permission.changes { _ = try await access.authorizePlatform(caller, .editSettings) }
            return AgentAccess(caller: caller, project: nil, agentId: id)
        }
        do {
            let project = try await access.authorize(caller, permission, project: projectId)
            return AgentAccess(caller: caller, project: project, agentId: id)
        } catch let error as EdgewrightError where error.code == .notFound {
            throw missing
        }
    }

    package func listAgents(
        _ filter: AgentFilter, _ page: PageRequest, in access: ProjectAccess
    ) async throws -> Page<EdgeAgent> {
        shown(try await context.read { try $0.agents(in: access.projectId, filter, page) })
    }

    /// Those that came without a token, and nobody has claimed yet.
    package func listUnmanagedAgents(
        _ filter: AgentFilter, _ page: PageRequest, in _: PlatformAccess
    ) async throws -> Page<EdgeAgent> {
        shown(try await context.read { try $0.unmanagedAgents(filter, page) })
    }

    package func getAgent(in access: AgentAccess) async throws -> EdgeAgent {
        shown(try await context.read { try existing(access.agentId, $0).agent })
    }

    /// - Throws: `.notFound` when no agent waits that has this key.
    package func claimAgent(_ request: ClaimAgentRequest, in access: ProjectAccess) async throws -> EdgeAgent {
        guard (request.fingerprint == nil) != (request.agentId == nil) else {
            throw EdgewrightError.invalid("fingerprint", "is needed: the agent prints it when it starts")
        }
        // Who does not see those that wait must know the key of the one that is meant.
        if request.agentId != nil, !access.caller.principal.may(.editSettings, on: .platform) {
            throw EdgewrightError.invalid("agentId", "is for system administrators; name the agent by its fingerprint")
        }
        let name = try request.name.map { try EdgeAgent.nameRule.check($0) }
        let description = try request.description.map { try TextRule.description.check($0) }
        let id = try await context.change { session in
            var record = try waiting(request, in: access, session)
            record.agent.projectId = access.projectId
            record.agent.state = .managed
            record.agent.name = name ?? record.agent.name
            record.agent.description = description ?? record.agent.description
            record.agent.updatedAt = context.now()
            try session.updateAgent(record)
            try session.forgetDeletedKey(record.agent.fingerprint)
            try self.record(
                event("agent.claim", record.agent, in: access, record.agent.fingerprint), access.caller, session)
            return record.agent.id
        }
        await changes.take([id])
        return try await read(id)
    }

    private func waiting(
        _ request: ClaimAgentRequest, in access: ProjectAccess, _ session: any SQLSession
    ) throws -> AgentRecord {
        let fingerprint = request.fingerprint?.filter { !$0.isWhitespace }
        let found =
            try fingerprint.map { try session.agent(fingerprint: $0) } ?? request.agentId.map { try session.agent($0) }
        if let agent = found??.agent, agent.projectId == access.projectId {
            throw EdgewrightError(.conflict, "This agent is in the project already, as “\(agent.name)”.")
        }
        guard let record = found ?? nil, record.agent.state == .unmanaged else {
            throw EdgewrightError(
                .notFound,
                "No agent with this key waits to be claimed: is it running, and does it reach this platform?",
                fields: [FieldError(field: fingerprint == nil ? "agentId" : "fingerprint", message: "is not known")])
        }
        return record
    }

    package func updateAgent(_ request: UpdateAgentRequest, in access: AgentAccess) async throws -> EdgeAgent {
        var validation = Validation()
        let name = try request.name.flatMap { name in try validation.check { try EdgeAgent.nameRule.check(name) } }
        let description = try request.description.flatMap { text in
            try validation.check { try TextRule.description.check(text) }
        }
        try validation.finish()
        return try await change("agent.update", in: access) { agent in
            var parts: [String] = []
            if let name, name != agent.name { parts.append("name: \(agent.name) → \(name)") }
            if let description, description != agent.description { parts.append("description changed") }
            agent.name = name ?? agent.name
            agent.description = description ?? agent.description
            return parts.joined(separator: "; ")
        }
    }

    /// Refuses its key from now on, and cuts its connections.
    package func revokeAgent(in access: AgentAccess) async throws -> EdgeAgent {
        try await change("agent.revoke", in: access) { agent in
            guard agent.state != .revoked else {
                throw EdgewrightError(.conflict, "“\(agent.name)” is revoked already.")
            }
            agent.state = .revoked
            return agent.fingerprint
        }
    }

    package func restoreAgent(in access: AgentAccess) async throws -> EdgeAgent {
        try await change("agent.restore", in: access) { agent in
            guard agent.state == .revoked else { throw EdgewrightError(.conflict, "“\(agent.name)” is not revoked.") }
            agent.state = agent.projectId == nil ? .unmanaged : .managed
            return agent.fingerprint
        }
    }

    /// - Parameter body: says what it has changed, for the audit log.
    private func change(
        _ operation: String, in access: AgentAccess, _ body: @Sendable @escaping (inout EdgeAgent) throws -> String
    ) async throws -> EdgeAgent {
        try await context.change { session in
            var record = try existing(in: access, session)
            let detail = try body(&record.agent)
            record.agent.updatedAt = context.now()
            try session.updateAgent(record)
            try self.record(event(operation, record.agent, in: access.project, detail), access.caller, session)
        }
        await changes.take([access.agentId])
        return try await read(access.agentId)
    }

    /// The warning that its key is used in two places was looked into.
    package func dismissAgentClone(in access: AgentAccess) async throws {
        try await context.change { session in
            let agent = try existing(in: access, session).agent
            try session.setAgentClone(nil, of: agent.id)
            try record(event("agent.dismiss-clone", agent, in: access.project), access.caller, session)
        }
        await changes.take([access.agentId])
    }

    // MARK: What it offers

    package func listAgentOffers(in access: AgentAccess) async throws -> AgentOfferList {
        AgentOfferList(items: try await context.read { try $0.offerStatuses(of: access.agentId) })
    }

    /// - Throws: `.conflict` for an agent without a project; `.invalidInput` for what it does not offer.
    package func adoptAgentOffers(_ request: AdoptOffersRequest, in access: AgentAccess) async throws -> AdoptedOffers {
        let record = try await context.read { try existing(in: access, $0) }
        guard let project = access.project else { throw Self.unclaimed(record.agent) }
        let adopted = try await adoption.adoptOffers(request, of: record, in: project)
        await changes.take([access.agentId])
        return adopted
    }

    static func unclaimed(_ agent: EdgeAgent) -> EdgewrightError {
        EdgewrightError(.conflict, "“\(agent.name)” belongs to no project yet; claim it first.")
    }

    // MARK: Within a transaction

    /// - Throws: `.notFound` when it was moved since the right to it was checked.
    func existing(in access: AgentAccess, _ session: any SQLSession) throws -> AgentRecord {
        let record = try existing(access.agentId, session)
        guard record.agent.projectId == access.project?.projectId else {
            throw EdgewrightError.notFound("agent", access.agentId.rawValue)
        }
        return record
    }

    private func existing(_ id: Identifier<EdgeAgent>, _ session: any SQLSession) throws -> AgentRecord {
        guard let record = try session.agent(id) else { throw EdgewrightError.notFound("agent", id.rawValue) }
        return record
    }

    /// The change's entry in the audit log, and its announcement.
    func record(_ event: AuditEvent, _ caller: Caller, _ session: any SQLSession) throws {
        try recorder.record(event, by: caller, in: session)
        try changes.announce([Identifier(rawValue: event.target.id)], in: session)
    }

    func event(
        _ operation: String, _ agent: EdgeAgent, in project: ProjectAccess?, _ detail: String = ""
    ) -> AuditEvent {
        AuditEvent(
            operation: operation, target: .init(agent), orgId: project?.orgId, projectId: project?.projectId,
            detail: detail)
    }

    // MARK: Showing

    func read(_ id: Identifier<EdgeAgent>) async throws -> EdgeAgent {
        shown(try await context.read { try existing(id, $0).agent })
    }

    private func shown(_ page: Page<EdgeAgent>) -> Page<EdgeAgent> {
        var page = page
        page.items = page.items.map(shown)
        return page
    }

    /// With what this process knows of its connections at the moment.
    private func shown(_ agent: EdgeAgent) -> EdgeAgent {
        var agent = agent
        // Its connections are cut, whether that is written already or not.
        if agent.state == .revoked { agent.online = false }
        guard agent.online, let figures = network.connections.figures(of: agent.id) else { return agent }
        agent.connections = figures.connections
        agent.latencyMilliseconds = figures.latency.map { ($0 / .microseconds(10)).rounded() / 100 }
        agent.bytesReceived = figures.bytesReceived
        agent.bytesSent = figures.bytesSent
        agent.lastSeen = context.now()
        return agent
    }
}
