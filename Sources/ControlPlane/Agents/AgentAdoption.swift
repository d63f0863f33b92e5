import Fleet
import Logging
import Store

/// Makes services and hosts of what agents offer.
struct AgentAdoption: Sendable {
    let context: ControlPlaneContext
    let recorder: AuditRecorder
    let services: ServiceCatalog
    let hosts: HostCatalog

    /// What is to become of one offer.
    private struct Plan {
        let offer: AgentOffer
        /// What it is called, or where that is taken the next of these.
        let names: [String]
        let category: ServiceCategory
        let tags: [String]
        let auth: ServiceAuthenticationRequest?
    }

    /// Whose project it is, and who is behind it.
    private struct Place: Sendable {
        let projectId: Identifier<Project>
        let orgId: Identifier<Organization>
        let record: @Sendable (AuditEvent, any SQLSession) throws -> Void
    }

    /// By a person. What can't be added keeps none of the others.
    /// - Throws: `.invalidInput` when an offer is named that the agent does not have.
    func adoptOffers(
        _ request: AdoptOffersRequest, of record: AgentRecord, in access: ProjectAccess
    ) async throws -> AdoptedOffers {
        let statuses = try await context.read { try $0.offerStatuses(of: record.agent.id) }
        let chosen = request.offers ?? statuses.filter(\.isNew).map { .init(offer: $0.name) }
        let tags = try TagName.checkSet(request.tags ?? [])
        var plans: [Plan] = []
        for (index, wish) in chosen.enumerated() {
            guard let status = statuses.first(where: { $0.name == wish.offer }) else {
                let known = statuses.map(\.name).joined(separator: ", ")
                throw EdgewrightError.invalid(
                    "offers.\(index).offer",
                    "is nothing that the agent offers; it offers \(known.isEmpty ? "nothing" : known)")
            }
            plans.append(
                plan(
                    status, of: record.agent, named: wish.name, isAlone: isAlone(status, among: statuses),
                    category: wish.category, tags: tags, auth: request.auth))
        }
        let (caller, recorder) = (access.caller, recorder)
        let place = Place(projectId: access.projectId, orgId: access.orgId) { event, session in
            try recorder.record(event, by: caller, in: session)
        }
        return await adopt(plans, of: record.agent, in: place, numbering: false)
    }

    /// By itself, as the agent's token said. A name that is taken gets a number.
    func adoptNewOffers(of record: AgentRecord, in project: Identifier<Project>) async throws {
        let (statuses, organization) = try await context.read { session in
            (try session.offerStatuses(of: record.agent.id), try session.project(project)?.orgId)
        }
        guard let organization else { return }
        // However often its offers change: the rest is for a person to look at.
        let room = AgentOffer.maximumCount - record.agent.services - record.agent.hosts
        let plans = statuses.filter(\.isNew).prefix(max(0, room)).map {
            plan(
                $0, of: record.agent, named: nil, isAlone: isAlone($0, among: statuses), category: nil,
                tags: record.adoptedTags, auth: nil)
        }
        guard !plans.isEmpty else { return }
        let actor = AuditEntry.Actor.agent(record.agent.fingerprint, record.agent.address)
        let recorder = recorder
        let place = Place(projectId: project, orgId: organization) { event, session in
            try recorder.record(event, by: actor, in: session)
        }
        for failure in await adopt(plans, of: record.agent, in: place, numbering: true).failed {
            context.logger.notice(
                "an agent's offer was not added",
                metadata: ["agent": "\(record.agent.id)", "offer": "\(failure.offer)", "reason": "\(failure.reason)"])
        }
    }

    private func isAlone(_ status: AgentOfferStatus, among all: [AgentOfferStatus]) -> Bool {
        all.count { $0.kind == status.kind } == 1
    }

    private func plan(
        _ status: AgentOfferStatus, of agent: EdgeAgent, named name: String?, isAlone: Bool,
        category: ServiceCategory?, tags: [String], auth: ServiceAuthenticationRequest?
    ) -> Plan {
        let offer = AgentOffer(name: status.name, kind: status.kind, category: status.category, url: status.url)
        let both = String("\(agent.name) \(status.name)".suffix(200))
        return Plan(
            offer: offer, names: name.map { [$0] } ?? (isAlone ? [agent.name, both] : [both]),
            category: category ?? status.category ?? .custom, tags: tags, auth: auth)
    }

    // MARK: One after the other

    private func adopt(
        _ plans: [Plan], of agent: EdgeAgent, in place: Place, numbering: Bool
    ) async -> AdoptedOffers {
        var adopted = AdoptedOffers(services: [], hosts: [], failed: [])
        for plan in plans {
            do {
                switch plan.offer.kind {
                case .service:
                    adopted.services.append(
                        try await underFreeName(plan, numbering) { name in
                            try await addService(plan, named: name, of: agent, in: place)
                        })
                case .docker:
                    adopted.hosts.append(
                        try await underFreeName(plan, numbering) { name in
                            try await addHost(plan, named: name, of: agent, in: place)
                        })
                }
            } catch let error as EdgewrightError {
                adopted.failed.append(.init(offer: plan.offer.name, reason: error.message))
            } catch {
                adopted.failed.append(.init(offer: plan.offer.name, reason: "it broke off"))
            }
        }
        return adopted
    }

    /// Under the first of its names that is free, and where none is with a number behind the last.
    private func underFreeName<Made>(
        _ plan: Plan, _ numbering: Bool, _ body: (_ name: String) async throws -> Made
    ) async throws -> Made {
        let last = plan.names.last ?? plan.offer.name
        let numbered = numbering ? (2..<100).map { "\(last.prefix(190)) \($0)" } : []
        var refusal: EdgewrightError?
        for name in plan.names + numbered {
            do {
                return try await body(name)
            } catch let error as EdgewrightError where error.fields.contains(where: { $0.field == "name" }) {
                refusal = refusal ?? error
            }
        }
        throw refusal ?? EdgewrightError(.conflict, "Every name like “\(last)” is taken.")
    }

    private func addService(
        _ plan: Plan, named name: String, of agent: EdgeAgent, in place: Place
    ) async throws -> EdgeService {
        let endpoint = try ServiceEndpoint(agent: agent.id, offer: plan.offer.name)
        let request = CreateServiceRequest(
            name: name, category: plan.category, endpoint: endpoint.description, auth: plan.auth, tags: plan.tags)
        return try await services.createService(request, in: place.projectId, of: place.orgId, record: place.record)
    }

    private func addHost(
        _ plan: Plan, named name: String, of agent: EdgeAgent, in place: Place
    ) async throws -> EdgeHost {
        let address = HostAddress.agent(agent.id, offer: plan.offer.name)
        let request = CreateHostRequest(name: name, address: address.description)
        return try await hosts.createHost(
            request, in: place.projectId, of: place.orgId, mayNameSockets: false, record: place.record)
    }
}
