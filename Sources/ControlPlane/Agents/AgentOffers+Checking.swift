import Fleet
import Store

extension SQLSession {
    /// That an endpoint behind an agent is one in this project: whoever may add a service must not reach through agents of
    /// others.
    /// - Throws: `.invalidInput` naming `field`.
    func checkOffer(
        of endpoint: ServiceEndpoint, kind: AgentOffer.Kind = .service, in project: Identifier<Project>,
        field: String = "endpoint"
    ) throws {
        guard let agent = endpoint.agent else { return }
        let offers = try offers(of: [agent], in: project)
        if let flaw = offerFlaw(endpoint, kind, among: offers) { throw EdgewrightError.invalid(field, flaw) }
    }

    /// The same for many endpoints, with what was read before.
    /// - Returns: what is wrong with it, to read on from the field's name.
    func offerFlaw(
        _ endpoint: ServiceEndpoint, _ kind: AgentOffer.Kind,
        among offers: [Identifier<EdgeAgent>: [AgentOffer]]
    ) -> String? {
        guard let agent = endpoint.agent else { return nil }
        guard let own = offers[agent] else { return "names no agent of this project" }
        guard endpoint.port == 0 else { return "must not name a port: containers on an agent's engine are installed" }
        guard own.contains(where: { $0.name == endpoint.offer && $0.kind == kind }) else {
            let known = own.filter { $0.kind == kind }.map(\.name).joined(separator: ", ")
            return known.isEmpty
                ? "names an agent that offers no such thing yet"
                : "names nothing that the agent offers; it offers \(known)"
        }
        return nil
    }
}
