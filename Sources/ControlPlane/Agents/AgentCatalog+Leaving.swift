package import Fleet
import Foundation
import HTTPTypes
import NIOFoundationCompat
import Store
import Transport

// Moving agents to other projects and letting them go, with what is behind them; and asking one what else there is.

extension AgentCatalog {
    /// Moves an agent with its services and hosts. Their tags go along by name.
    /// - Throws: `.conflict` when a name is taken there, or a batch works on something behind it.
    package func transferAgent(_ request: TransferAgentRequest, in access: AgentAccess) async throws -> EdgeAgent {
        guard let from = access.project else {
            throw Self.unclaimed(try await context.read { try existing(in: access, $0).agent })
        }
        let target = try await self.access.authorize(access.caller, .editServices, project: request.projectId)
        guard target.projectId != from.projectId else {
            throw EdgewrightError.invalid("projectId", "is the project that the agent belongs to already")
        }
        let (moved, revision) = try await context.numberedChange { session, revision in
            (try transfer(access, from: from, to: target, session), revision)
        }
        directory.put(moved.map { DirectoryEntry($0, orgId: target.orgId) }, revision: revision)
        for record in moved {
            let gone = ServiceChange(id: record.service.id, change: .deleted, service: nil)
            changes.monitor.hub.publish(.service(gone), in: from.projectId)
            changes.monitor.projectMayHaveChanged(of: record.service)
            changes.monitor.serviceChanged(record.service, .updated)
        }
        await changes.take([access.agentId])
        return try await read(access.agentId)
    }

    private func transfer(
        _ access: AgentAccess, from: ProjectAccess, to target: ProjectAccess, _ session: any SQLSession
    ) throws -> [ServiceRecord] {
        let id = access.agentId
        var record = try existing(in: access, session)
        guard try !session.isWorkedOn(id) else {
            throw EdgewrightError(
                .conflict,
                "A batch is working on services behind “\(record.agent.name)”: wait for its end, or cancel it.")
        }
        let services = try session.serviceRecords(behind: id)
        try refuseTaken(services, of: record.agent, in: target.projectId, session)
        try session.moveServices(behind: id, to: target.projectId)
        let moved = try services.map { record in
            var record = record
            record.service.projectId = target.projectId
            record.service.updatedAt = context.now()
            try session.updateService(record)
            return record
        }
        try session.insertTags(of: moved.map(\.service)) { name in
            Tag(id: context.makeIdentifier(), name: name, services: 0, createdAt: context.now())
        }
        record.agent.projectId = target.projectId
        record.agent.updatedAt = context.now()
        // Its token was the other project's.
        record.adoptsOffers = false
        record.adoptedTags = []
        try session.updateAgent(record)
        let count = moved.count == 1 ? "a service" : "\(moved.count) services"
        for (place, words) in [(from, "to another project"), (target, "from another project")] {
            let event = event("agent.transfer", record.agent, in: place, "\(words), with \(count)")
            try self.record(event, place.caller, session)
        }
        try changes.monitor.announcer.announce(.updated, moved.map(\.service.id), in: session)
        // Those who watch the old project elsewhere.
        try changes.monitor.announcer.announce(importInto: from.projectId, in: session)
        return moved
    }

    private func refuseTaken(
        _ services: [ServiceRecord], of agent: EdgeAgent, in project: Identifier<Project>, _ session: any SQLSession
    ) throws {
        let taken = try session.takenServices(names: services.map(\.service.name), endpoints: [], in: project).names
        if let name = taken.sorted().first {
            throw EdgewrightError(
                .conflict, "There is a service named “\(name)” in that project already; rename one of the two.")
        }
        let hosts = try session.hosts(behind: agent.id)
        let takenHosts = try session.takenHostNames(hosts.map(\.name), in: project)
        if let name = takenHosts.sorted().first {
            throw EdgewrightError(
                .conflict, "There is a host named “\(name)” in that project already; rename one of the two.")
        }
    }

    /// - Parameter withServices: the registrations of services and hosts behind it go too.
    /// - Throws: `.conflict` while something is behind it, or hosted services are.
    package func deleteAgent(withServices: Bool, in access: AgentAccess) async throws {
        let now = context.now()
        let (services, revision) = try await context.numberedChange { session, revision in
            let agent = try existing(in: access, session).agent
            let services = try session.serviceRecords(behind: agent.id).map(\.service)
            let hosts = try session.hosts(behind: agent.id)
            try refuseInUse(agent, services, withServices: withServices, session)
            try session.deleteServices(services.map(\.id))
            for host in hosts { try session.deleteHost(host.id) }
            try session.noteDeletedKey(agent.fingerprint, at: now)
            try session.deleteAgent(agent.id)
            if let project = access.project {
                let targets: [(String, AuditEntry.Target)] =
                    services.map { ("service.delete", .init($0)) } + hosts.map { ("host.delete", .init($0)) }
                let events = targets.map { operation, target in
                    AuditEvent(
                        operation: operation, target: target, orgId: project.orgId, projectId: project.projectId,
                        detail: "with its agent “\(agent.name)”")
                }
                try recorder.record(events, by: access.caller, in: session)
            }
            try record(event("agent.delete", agent, in: access.project, agent.fingerprint), access.caller, session)
            try changes.monitor.announcer.announce(.deleted, services.map(\.id), in: session)
            return (services, revision)
        }
        for service in services {
            directory.remove(service.id, revision: revision)
            changes.monitor.serviceChanged(service, .deleted)
        }
        await changes.take([access.agentId])
    }

    private func refuseInUse(
        _ agent: EdgeAgent, _ services: [EdgeService], withServices: Bool, _ session: any SQLSession
    ) throws {
        let hosted = services.count { $0.mode == .hosted }
        guard hosted == 0 else {
            throw EdgewrightError(
                .conflict,
                "“\(agent.name)” can't be deleted while \(Self.words(hosted, "installed service")) on its engine: delete "
                    + "them first.")
        }
        guard withServices || (services.isEmpty && agent.hosts == 0) else {
            throw EdgewrightError(
                .conflict,
                "“\(agent.name)” can't be deleted while \(Self.words(services.count + agent.hosts, "service or host")) "
                    + "behind it: delete them first, or ask for them to go too.")
        }
        guard try !session.isWorkedOn(agent.id) else {
            throw EdgewrightError(
                .conflict, "A batch is working on what is behind “\(agent.name)”: wait for its end, or cancel it.")
        }
    }

    private static func words(_ count: Int, _ noun: String) -> String {
        count == 1
            ? "a \(noun) is"
            : "\(count) \(noun.replacing("service", with: "services").replacing("host", with: "hosts")) are"
    }

    /// Asks an agent what it finds at the well-known ports of its machine.
    /// - Throws: `.unreachable` while it is not connected.
    package func discoverAgentServices(in access: AgentAccess) async throws -> AgentDiscovery {
        let agent = try await read(access.agentId)
        let request = RemoteRequest(method: .post, target: AgentProfile.discoveryPath, timeout: .seconds(20))
        do {
            let answer = try await network.transport(toProgramOf: agent.id).send(request)
            let bytes = try await answer.collect(upTo: AgentProfile.maximumSize, within: .seconds(10))
            guard answer.status == .ok,
                let found = try? JSONDecoder().decode(AgentDiscovery.self, from: Data(buffer: bytes))
            else {
                throw EdgewrightError(.badAnswer, "The agent “\(agent.name)” gave an answer that can't be read.")
            }
            return found.sanitized()
        } catch let error as TransportError {
            throw EdgewrightError(
                error.kind == .timedOut ? .timedOut : .unreachable, "“\(agent.name)” can't be asked: \(error.message).",
                cause: error)
        }
    }
}
