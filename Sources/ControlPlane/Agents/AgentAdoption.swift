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
        let name: String
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
        let usual = isAlone ? agent.name : String("\(agent.name) \(status.name)".suffix(200))
        return Plan(
            offer: offer, name: name ?? usual, category: category ?? status.category ?? .custom, tags: tags, auth: auth)
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
                        try await retrying(plan, numbering) { try await addService($0, of: agent, in: place) })
                case .docker:
                    adopted.hosts.append(
                        try await retrying(plan, numbering) { try await addHost($0, of: agent, in: place) })
                }
            } catch let error as EdgewrightError {
                adopted.failed.append(.init(offer: plan.offer.name, reason: error.message))
            } catch {
                adopted.failed.append(.init(offer: plan.offer.name, reason: "it broke off"))
            }
        }
        return adopted
    }

    /// With numbers behind the name, for as long as it is taken.
    private func retrying<Made>(
        _ plan: Plan, _ numbering: Bool, _ body: (Plan) async throws -> Made
    ) async throws -> Made {
        for number in 1... {
            let name = number == 1 ? plan.name : "\(plan.name.prefix(190)) \(number)"
            let numbered = Plan(
                offer: plan.offer, name: name, category: plan.category, tags: plan.tags, auth: plan.auth)
            do {
                return try await body(numbered)
            } catch let error as EdgewrightError
                where numbering && number < 100 && error.fields.contains(where: { $0.field == "name" })
            {
                continue
            }
        }
        throw EdgewrightError(.conflict, "Every name like “\(plan.name)” is taken.")
    }

    private func addService(_ plan: Plan, of agent: EdgeAgent, in place: Place) async throws -> EdgeService {
        let endpoint = try ServiceEndpoint(agent: agent.id, offer: plan.offer.name)
        let request = CreateServiceRequest(
            name: plan.name, category: plan.category, endpoint: endpoint.description, auth: plan.auth, tags: plan.tags)
        return try await services.createService(request, in: place.projectId, of: place.orgId, record: place.record)
    }

    private func addHost(_ plan: Plan, of agent: EdgeAgent, in place: Place) async throws -> EdgeHost {
        let address = HostAddress.agent(agent.id, offer: plan.offer.name)
        let request = CreateHostRequest(name: plan.name, address: address.description)
        return try await hosts.createHost(
            request, in: place.projectId, of: place.orgId, mayNameSockets: false, record: place.record)
    }
}
