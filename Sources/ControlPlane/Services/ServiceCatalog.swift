package import Fleet
import Store

/// The services of projects: adopting, listing, editing, tagging, letting go.
package struct ServiceCatalog: Sendable {
    let context: ControlPlaneContext
    let recorder: AuditRecorder
    let rules: ServiceRules
    let directory: ServiceDirectory
    let monitor: Monitor

    package func listServices(
        _ filter: ServiceFilter, sort: ServiceSort, _ page: PageRequest, in access: ProjectAccess
    ) async throws -> Page<EdgeService> {
        try await context.read { try $0.services(in: access.projectId, filter, sort: sort, page) }
    }

    package func getService(in access: ServiceAccess) async throws -> EdgeService {
        try await context.read { try existing(access, $0).service }
    }

    /// - Throws: `.conflict` when the project has a service of that name, or at that endpoint; says which.
    package func createService(_ request: CreateServiceRequest, in access: ProjectAccess) async throws -> EdgeService {
        let (caller, recorder) = (access.caller, recorder)
        return try await createService(request, in: access.projectId, of: access.orgId) {
            try recorder.record($0, by: caller, in: $1)
        }
    }

    /// - Parameter record: writes who did it into the audit log.
    func createService(
        _ request: CreateServiceRequest, in project: Identifier<Project>, of organization: Identifier<Organization>,
        record: @Sendable @escaping (AuditEvent, any SQLSession) throws -> Void
    ) async throws -> EdgeService {
        let id: Identifier<EdgeService> = context.makeIdentifier()
        let made = try rules.record(request, id: id, project: project, at: context.now())
        let (kept, revision) = try await context.numberedChange { session, revision in
            try session.checkOffer(of: made.service.endpoint, in: project)
            try refuseTaken(made.service, session)
            try session.insertService(made)
            try setTags(of: [made.service], session)
            let event = AuditEvent(
                operation: "service.create", target: .init(made.service), orgId: organization, projectId: project)
            try record(event, session)
            try monitor.announcer.announce(.created, [id], in: session)
            return (try session.service(id) ?? made, revision)
        }
        directory.put([DirectoryEntry(kept, orgId: organization)], revision: revision)
        monitor.serviceChanged(kept.service, .created)
        return kept.service
    }

    package func updateService(_ request: UpdateServiceRequest, in access: ServiceAccess) async throws -> EdgeService {
        let now = context.now()
        let (record, endpointChanged, revision) = try await context.numberedChange {
            session, revision -> (ServiceRecord, Bool, Int64) in
            let before = try existing(access, session)
            let applied = try rules.apply(request, to: before, at: now)
            var changed = applied.record
            if changed.service.endpoint != before.service.endpoint {
                try session.checkOffer(of: changed.service.endpoint, in: access.project.projectId)
            }
            try refuseTaken(changed.service, session)
            try session.updateService(changed)
            if let tags = applied.tags {
                try session.deleteServiceTags(of: [access.serviceId])
                changed.service.tags = tags
                try setTags(of: [changed.service], session)
            }
            let detail = Self.changes(from: before, to: changed)
            try recorder.record(
                event("service.update", changed.service, in: access.project, detail), by: access.caller, in: session)
            try monitor.announcer.announce(.updated, [access.serviceId], in: session)
            return (changed, before.service.endpoint != changed.service.endpoint, revision)
        }
        directory.put([DirectoryEntry(record, orgId: access.project.orgId)], revision: revision)
        if endpointChanged || request.auth != nil { monitor.probeSoon(access.serviceId) }
        monitor.serviceChanged(record.service, .updated)
        return record.service
    }

    /// Removes the registration; a managed service goes on running where it is.
    package func deleteService(in access: ServiceAccess) async throws {
        let deleted = try await delete([access]) { _ in true }
        guard !deleted.isEmpty else { throw EdgewrightError.notFound("service", access.serviceId.rawValue) }
    }

    /// Removes the registrations of services of one project in one transaction, of the managed ones only: the containers
    /// of hosted ones go first.
    /// - Returns: those that are gone by now.
    func deleteManagedServices(in accesses: [ServiceAccess]) async throws -> [Identifier<EdgeService>] {
        try await delete(accesses) { $0.mode == .managed }.map(\.id)
    }

    private func delete(
        _ accesses: [ServiceAccess], where isMeant: @Sendable @escaping (EdgeService) -> Bool
    ) async throws -> [EdgeService] {
        guard let project = accesses.first?.project else { return [] }
        let (deleted, revision) = try await context.numberedChange { session, revision in
            let found = try session.services(accesses.map(\.serviceId), in: project.projectId).filter(isMeant)
            guard !found.isEmpty else { return (found, revision) }
            try session.deleteServices(found.map(\.id))
            let events = found.map { event("service.delete", $0, in: project) }
            try recorder.record(events, by: project.caller, in: session)
            try monitor.announcer.announce(.deleted, found.map(\.id), in: session)
            return (found, revision)
        }
        for service in deleted {
            directory.remove(service.id, revision: revision)
            monitor.serviceChanged(service, .deleted)
        }
        return deleted
    }

    /// Tries a service's endpoint and credential without saving anything.
    package func checkConnection(_ request: CreateServiceRequest, in access: ProjectAccess) async throws
        -> ConnectionCheck
    {
        let id: Identifier<EdgeService> = context.makeIdentifier()
        let record = try rules.record(request, id: id, project: access.projectId, at: context.now())
        try await context.read { try $0.checkOffer(of: record.service.endpoint, in: access.projectId) }
        return await monitor.check(DirectoryEntry(record, orgId: access.orgId))
    }

    // MARK: Within a transaction

    /// - Throws: `.notFound` also when it was moved to another project since the right to it was checked.
    private func existing(_ access: ServiceAccess, _ session: any SQLSession) throws -> ServiceRecord {
        guard let record = try session.service(access.serviceId),
            record.service.projectId == access.project.projectId
        else { throw EdgewrightError.notFound("service", access.serviceId.rawValue) }
        return record
    }

    private func refuseTaken(_ service: EdgeService, _ session: any SQLSession) throws {
        let taken = try session.takenServices(
            names: [service.name], endpoints: [service.endpoint], in: service.projectId, except: service.id)
        if taken.names.contains(service.name) {
            throw EdgewrightError(
                .conflict, "There is a service named “\(service.name)” in this project already.",
                fields: [FieldError(field: "name", message: "is taken")])
        }
        if let holder = taken.endpoints[service.endpoint.description] {
            throw EdgewrightError(
                .conflict, "The endpoint \(service.endpoint) belongs to the service “\(holder)” already.",
                fields: [FieldError(field: "endpoint", message: "belongs to “\(holder)”")])
        }
    }

    func event(
        _ operation: String, _ service: EdgeService, in access: ProjectAccess, _ detail: String = ""
    ) -> AuditEvent {
        AuditEvent(
            operation: operation, target: .init(service), orgId: access.orgId, projectId: service.projectId,
            detail: detail)
    }

    private static func changes(from before: ServiceRecord, to after: ServiceRecord) -> String {
        let (old, new) = (before.service, after.service)
        var parts: [String] = []
        func add(_ field: String, _ from: String, _ to: String) {
            if from != to { parts.append("\(field): \(from) → \(to)") }
        }
        add("name", old.name, new.name)
        add("endpoint", old.endpoint.description, new.endpoint.description)
        add("verifyTLS", String(old.verifyTLS), String(new.verifyTLS))
        add("healthPath", old.healthPath ?? "", new.healthPath ?? "")
        add("auth", old.auth.kind.rawValue, new.auth.kind.rawValue)
        add("user name", old.auth.username ?? "", new.auth.username ?? "")
        if before.sealedPassword != after.sealedPassword, after.sealedPassword != nil {
            parts.append("password changed")
        }
        add("description", old.description, new.description)
        add("tags", old.tags.joined(separator: ", "), new.tags.joined(separator: ", "))
        return parts.joined(separator: "; ")
    }
}
