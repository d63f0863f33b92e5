package import Fleet
import Store

// Tags on services and off them.

extension ServiceCatalog {
    package func changeServiceTags(
        _ request: AssociateTagsRequest, in access: ServiceAccess
    ) async throws -> EdgeService {
        guard let result = try await changeServiceTags(request, in: [access]).first else {
            throw EdgewrightError.notFound("service", access.serviceId.rawValue)
        }
        return try result.get()
    }

    /// The same change to several services of one project, in one transaction: what is refused to one is done to the
    /// others. A service that has its tags already is left as it is.
    /// - Returns: for each of them, in the same order, what it is now or why it was refused.
    func changeServiceTags(
        _ request: AssociateTagsRequest, in accesses: [ServiceAccess]
    ) async throws -> [Result<EdgeService, EdgewrightError>] {
        guard let project = accesses.first?.project else { return [] }
        let added = try TagName.checkSet(request.add ?? [], field: "add")
        let removed = Set(request.remove ?? [])
        let (results, changed) = try await context.change { session in
            let services = try session.services(accesses.map(\.serviceId), in: project.projectId)
            let known = Dictionary(services.map { ($0.id, $0) }) { first, _ in first }
            var changes: [TagChange] = []
            let results = accesses.map { access in
                Result { () throws(EdgewrightError) in
                    guard let service = known[access.serviceId] else {
                        throw EdgewrightError.notFound("service", access.serviceId.rawValue)
                    }
                    let change = try TagChange(service, adding: added, removing: removed)
                    if change.isOne { changes.append(change) }
                    return change.service
                }
            }
            try write(changes, in: project, session)
            return (results, changes.map(\.service))
        }
        for service in changed { monitor.serviceChanged(service, .updated) }
        return results
    }

    private func write(_ changes: [TagChange], in project: ProjectAccess, _ session: any SQLSession) throws {
        guard !changes.isEmpty else { return }
        let ids = changes.map(\.service.id)
        try session.deleteServiceTags(of: ids)
        try setTags(of: changes.map(\.service), session)
        let events = changes.map { event("service.tag", $0.service, in: project, $0.detail) }
        try recorder.record(events, by: project.caller, in: session)
        try monitor.announcer.announce(.updated, ids, in: session)
    }

    func setTags(of services: [EdgeService], _ session: any SQLSession) throws {
        let now = context.now()
        try session.insertTags(of: services) { name in
            Tag(id: context.makeIdentifier(), name: name, services: 0, createdAt: now)
        }
    }
}

/// What a change of tags makes of one service.
private struct TagChange {
    private let before: [String]
    var service: EdgeService

    /// - Throws: `.invalidInput` when it would have too many.
    init(_ service: EdgeService, adding added: [String], removing removed: Set<String>) throws(EdgewrightError) {
        before = service.tags
        self.service = service
        self.service.tags =
            (before.filter { !removed.contains($0) } + added.filter { !service.tags.contains($0) }).sorted()
        guard self.service.tags.count <= EdgeService.maximumTags else {
            throw EdgewrightError.invalid(
                "add", "would give “\(service.name)” more than \(EdgeService.maximumTags) tags")
        }
    }

    var isOne: Bool { service.tags != before }
    var detail: String { "tags: \(before.joined(separator: ", ")) → \(service.tags.joined(separator: ", "))" }
}
