package import Fleet
import Hosting
import Store

/// Proof that a permission was checked on a host's project.
package struct HostAccess: Sendable {
    package let project: ProjectAccess
    package let hostId: Identifier<EdgeHost>
}

/// The hosts of projects: adding, listing, editing, checking, letting go.
package struct HostCatalog: Sendable {
    let context: ControlPlaneContext
    let recorder: AuditRecorder
    let access: AccessControl
    let rules: HostRules
    let directory: ServiceDirectory
    let monitor: Monitor

    private var connector: HostConnector { rules.connector }

    /// - Throws: `.notFound` for somebody without a role in its project.
    package func authorize(
        _ caller: Caller, _ permission: Permission, host id: Identifier<EdgeHost>
    ) async throws -> HostAccess {
        guard let record = try await context.read({ try $0.host(id) }) else {
            throw EdgewrightError.notFound("host", id.rawValue)
        }
        do {
            let project = try await access.authorize(caller, permission, project: record.host.projectId)
            return HostAccess(project: project, hostId: id)
        } catch let error as EdgewrightError where error.code == .notFound {
            throw EdgewrightError.notFound("host", id.rawValue)
        }
    }

    package func listHosts(
        q: String?, _ page: PageRequest, in access: ProjectAccess
    ) async throws -> Page<EdgeHost> {
        try await context.read { try $0.hosts(in: access.projectId, matching: q, page) }
    }

    package func getHost(in access: HostAccess) async throws -> EdgeHost { try await record(access).host }

    package func createHost(_ request: CreateHostRequest, in access: ProjectAccess) async throws -> EdgeHost {
        let (caller, recorder) = (access.caller, recorder)
        return try await createHost(
            request, in: access.projectId, of: access.orgId, mayNameSockets: Self.mayNameSockets(access)
        ) { try recorder.record($0, by: caller, in: $1) }
    }

    /// - Parameter record: writes who did it into the audit log.
    func createHost(
        _ request: CreateHostRequest, in project: Identifier<Project>, of organization: Identifier<Organization>,
        mayNameSockets: Bool, record: @Sendable @escaping (AuditEvent, any SQLSession) throws -> Void
    ) async throws -> EdgeHost {
        let made = try rules.record(
            request, id: context.makeIdentifier(), project: project, at: context.now(), mayNameSockets: mayNameSockets
        ).record
        return try await context.change { session in
            try session.checkOffer(of: made.host, in: project)
            try refusingTakenEngine(made.host) {
                try refusingTakenName("host", made.host.name, index: "host_name") { try session.insertHost(made) }
            }
            let event = AuditEvent(
                operation: "host.create", target: .init(made.host), orgId: organization, projectId: project,
                detail: made.host.address.description)
            try record(event, session)
            return try session.host(made.host.id)?.host ?? made.host
        }
    }

    package func updateHost(_ request: UpdateHostRequest, in access: HostAccess) async throws -> EdgeHost {
        let now = context.now()
        let mayNameSockets = Self.mayNameSockets(access.project)
        let (record, moved, revision) = try await context.numberedChange { session, revision in
            let before = try existing(access, session)
            var record = try rules.apply(request, to: before, at: now, mayNameSockets: mayNameSockets)
            if record.host.address != before.host.address {
                try session.checkOffer(of: record.host, in: access.project.projectId)
            }
            try refusingTakenEngine(record.host) {
                try refusingTakenName("host", record.host.name, index: "host_name") { try session.updateHost(record) }
            }
            if record.host.address != before.host.address || record.sealedTLS != before.sealedTLS {
                record.host.forgetState(at: now)
                try session.updateHostState(record.host)
            }
            // Whatever the port, it is the rest that tells.
            let staysInPlace = try record.host.endpoint(port: 1) == before.host.endpoint(port: 1)
            let moved = try staysInPlace ? [] : move(record.host, at: now, session)
            try recorder.record(
                event("host.update", record.host, in: access.project, Self.changes(from: before, to: record)),
                by: access.project.caller, in: session)
            return (record, moved, revision)
        }
        directory.put(moved.map { DirectoryEntry($0, orgId: access.project.orgId) }, revision: revision)
        for service in moved {
            monitor.probeSoon(service.service.id)
            monitor.serviceChanged(service.service, .updated)
        }
        return record.host
    }

    /// The services of a host are reached at another address from now on.
    private func move(_ host: EdgeHost, at now: Timestamp, _ session: any SQLSession) throws -> [ServiceRecord] {
        let services = try session.services(onHost: host.id)
        let moved = try services.map { record in
            var record = record
            record.service.endpoint = try host.endpoint(port: record.service.endpoint.port)
            record.service.connection = record.service.endpoint.connection
            record.service.agentId = record.service.endpoint.agent
            record.service.updatedAt = now
            try session.updateService(record)
            return record
        }
        try monitor.announcer.announce(.updated, moved.map(\.service.id), in: session)
        return moved
    }

    /// - Throws: `.conflict` while services are on it.
    package func deleteHost(in access: HostAccess) async throws {
        try await context.change { session in
            let host = try existing(access, session).host
            guard host.services == 0 else {
                let services = host.services == 1 ? "a service is" : "\(host.services) services are"
                throw EdgewrightError(
                    .conflict, "“\(host.name)” can't be deleted while \(services) on it: delete them first.")
            }
            guard try !session.isAwaited(host) else {
                throw EdgewrightError(
                    .conflict, "“\(host.name)” can't be deleted while a batch is to work on it: cancel that first.")
            }
            try session.deleteHost(host.id)
            try recorder.record(
                event("host.delete", host, in: access.project), by: access.project.caller, in: session)
        }
    }

    /// Tries an address and certificates without saving anything.
    package func checkHost(_ request: CreateHostRequest, in access: ProjectAccess) async throws -> HostCheck {
        let (record, tls) = try draft(request, in: access)
        try await context.read { try $0.checkOffer(of: record.host, in: access.projectId) }
        let host = try connector.connect(record.host.address, tls: tls, in: access.projectId)
        return await connector.check(host, cautions: record.host.warnings)
    }

    /// Asks a host now, and takes note of what it says.
    package func checkHost(in access: HostAccess) async throws -> HostCheck {
        let record = try await record(access)
        let check = await connector.check(try connector.connect(record), cautions: record.host.warnings)
        let now = context.now()
        let seen = record.host.seen(check, at: now)
        try await context.change { session in
            try session.updateHostState(seen)
            try recorder.record(
                event("host.check", seen, in: access.project, check.reachable ? "reachable" : check.reason),
                by: access.project.caller, in: session)
        }
        return check
    }

    /// An engine behind an agent is one host.
    private func refusingTakenEngine(_ host: EdgeHost, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as StoreError where error.violates("host_agent_address") {
            throw EdgewrightError(
                .conflict, "The engine at \(host.address) is a host already.",
                fields: [FieldError(field: "address", message: "is a host already")])
        }
    }

    private func draft(
        _ request: CreateHostRequest, in access: ProjectAccess
    ) throws -> (record: HostRecord, tls: HostTLSRequest?) {
        try rules.record(
            request, id: context.makeIdentifier(), project: access.projectId, at: context.now(),
            mayNameSockets: Self.mayNameSockets(access))
    }

    private static func mayNameSockets(_ access: ProjectAccess) -> Bool {
        access.caller.principal.may(.editSettings, on: .platform)
    }

    private func record(_ access: HostAccess) async throws -> HostRecord {
        try await context.read { try existing(access, $0) }
    }

    /// - Throws: `.notFound` also when it was moved to another project since the right to it was checked.
    private func existing(_ access: HostAccess, _ session: any SQLSession) throws -> HostRecord {
        guard let record = try session.host(access.hostId), record.host.projectId == access.project.projectId else {
            throw EdgewrightError.notFound("host", access.hostId.rawValue)
        }
        return record
    }

    private func event(
        _ operation: String, _ host: EdgeHost, in access: ProjectAccess, _ detail: String = ""
    ) -> AuditEvent {
        AuditEvent(
            operation: operation, target: .init(host), orgId: access.orgId, projectId: access.projectId,
            detail: detail)
    }

    private static func changes(from before: HostRecord, to after: HostRecord) -> String {
        let (old, new) = (before.host, after.host)
        var parts: [String] = []
        func add(_ field: String, _ from: String, _ to: String) {
            if from != to { parts.append("\(field): \(from) → \(to)") }
        }
        add("name", old.name, new.name)
        add("address", old.address.description, new.address.description)
        add("serviceAddress", old.serviceAddress, new.serviceAddress)
        add("description", old.description, new.description)
        add("allowUnencrypted", String(old.allowUnencrypted), String(new.allowUnencrypted))
        if before.sealedTLS != after.sealedTLS { parts.append("certificates changed") }
        return parts.joined(separator: "; ")
    }
}

extension EdgeHost {
    /// The host as it is after it was asked.
    func seen(_ check: HostCheck, at now: Timestamp) -> EdgeHost {
        var host = self
        let status: ServiceStatus = check.reachable ? .online : .offline
        if status != host.status { host.statusSince = now }
        host.status = status
        host.statusReason = check.reason
        host.engine = check.engine ?? host.engine
        return host
    }
}

extension SQLSession {
    /// That a host behind an agent is the engine that an agent of this project offers.
    /// - Throws: `.invalidInput` naming `address`.
    fileprivate func checkOffer(of host: EdgeHost, in project: Identifier<Project>) throws {
        guard case .agent(let agent, let offer) = host.address else { return }
        try checkOffer(
            of: try ServiceEndpoint(agent: agent, offer: offer), kind: .docker, in: project, field: "address")
    }
}

extension AuditEntry.Target {
    init(_ host: EdgeHost) { self.init(type: "host", id: host.id.rawValue, name: host.name) }
}
