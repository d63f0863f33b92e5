import Fleet
import Hosting
import Store

/// Makes a new service on a host. What fails leaves nothing behind.
struct InstallAction: BatchAction {
    /// Ports that were chosen may belong to programs that no engine knows of.
    private static let maximumPortAttempts = 5

    let work: HostedWork

    func perform(_ item: BatchWork) async -> BatchOutcome {
        await item.hosted(on: nil) {
            let caller = try await work.access.callerOfBatch(item.userId)
            let project = try await work.access.authorize(caller, .editServices, project: item.batch.projectId)
            guard let hostId = item.hostId else { throw EdgewrightError(.internal, "An install lost its node.") }
            let host = try await work.host(hostId, for: item)
            let engine = try work.connector.connect(host)
            do {
                try await install(item, on: host, engine, in: project)
            } catch {
                if Task.isCancelled { throw CancellationError() }
                try await item.confirm()
                try await cleanUp(item.serviceId, from: hostId, engine)
                throw Self.named(error, host.host.name)
            }
        }
    }

    /// A node that does not answer is told of by its name.
    private static func named(_ error: any Error, _ host: String) -> any Error {
        guard let error = error as? HostingError, error.kind == .unreachable else { return error }
        return HostingError(.unreachable, "“\(host)”: \(error.message)")
    }

    func undo(_ item: BatchWork) async -> BatchOutcome {
        await item.hosted(on: item.hostName) {
            let caller = try await work.access.callerOfBatch(item.userId)
            _ = try await work.access.authorize(caller, .editServices, project: item.batch.projectId)
            guard let hostId = item.hostId else { throw EdgewrightError(.internal, "An install lost its node.") }
            let host = try await work.host(hostId, for: item)
            try await item.confirm()
            try await cleanUp(item.serviceId, from: hostId, try work.connector.connect(host))
        }
    }

    // MARK: Steps

    private func install(
        _ item: BatchWork, on host: HostRecord, _ engine: any WorkloadHost, in project: ProjectAccess
    ) async throws {
        let image = try await work.image(item.batch.parameters.image)
        let digest = try await work.pull(image.reference, on: engine, item)
        var refused: [HostPorts.Key: String] = [:]
        for attempt in 1... {
            var record = try await register(item, image, digest, on: host, refused, engine, in: project)
            item.tell("starting it")
            do {
                record.workload.container = try await engine.ensure(work.specification(record, name: item.name))
            } catch let error as HostingError {
                guard case .portTaken(let port) = error.kind, attempt < Self.maximumPortAttempts,
                    !isNamed(port, item)
                else { throw error }
                for proto in WorkloadSettings.PortProtocol.allCases { refused[.init(port, proto)] = "another program" }
                continue
            }
            record.workload.container = try await work.waitUntilWell(item.serviceId, on: engine, item)
            return try await finish(item, record, on: host, engine, in: project)
        }
    }

    private func finish(
        _ item: BatchWork, _ record: WorkloadRecord, on host: HostRecord, _ engine: any WorkloadHost,
        in project: ProjectAccess
    ) async throws {
        let access = ServiceAccess(project: project, serviceId: item.serviceId)
        let target = HostedTarget(access: access, name: item.name, record: record, host: host, engine: engine)
        try await work.commit(
            record, target, operation: "service.install",
            detail: "\(record.workload.image) on \(host.host.name)")
        await work.observe(item.serviceId)
    }

    /// Whether a person has asked for this port of the host.
    private func isNamed(_ port: Int, _ item: BatchWork) -> Bool {
        (item.batch.parameters.settings?.ports ?? []).contains { $0.host == port }
    }

    /// Enters the service with ports that are free, or finds it entered by an attempt that a crash cut short.
    private func register(
        _ item: BatchWork, _ image: ContainerImage, _ digest: String?, on host: HostRecord,
        _ refused: [HostPorts.Key: String], _ engine: any WorkloadHost, in project: ProjectAccess
    ) async throws -> WorkloadRecord {
        if refused.isEmpty, let known = try await work.context.read({ try $0.workload(item.serviceId) }) {
            return known
        }
        var taken = refused
        // A port that a person has named is not refused for what was so a moment ago.
        let isNamed = (item.batch.parameters.settings?.ports ?? []).contains { $0.host != nil }
        let listed = try await work.ports.ports(
            of: host.host.id, on: engine, anew: isNamed || !refused.isEmpty, now: work.context.now)
        for port in listed where port.service != item.serviceId {
            taken[.init(port.port, port.protocol)] = "container \(port.container)"
        }
        let draft = InstalledService(
            item: item, image: image, digest: digest, host: host.host, at: work.context.now(),
            portOffset: refused.isEmpty ? 0 : Int.random(in: 1..<HostPorts.chosen.count))
        let published = taken
        let (record, service, revision) = try await work.context.numberedChange { session, revision in
            let (record, service) = try draft.register(taken: published, session) {
                work.context.makeIdentifier()
            }
            try work.monitor.announcer.announce(.created, [item.serviceId], in: session)
            return (record, service, revision)
        }
        let entry = DirectoryEntry(ServiceRecord(service: service, sealedPassword: nil), orgId: project.orgId)
        work.directory.put([entry], revision: revision)
        work.monitor.serviceChanged(service, .created)
        return record
    }

    /// Nothing of it is left: not in the store, and on its host as soon as that answers.
    private func cleanUp(
        _ id: Identifier<EdgeService>, from host: Identifier<EdgeHost>, _ engine: any WorkloadHost
    ) async throws {
        var isRemoved = true
        do {
            try await engine.remove(id, withVolumes: true)
        } catch let error as HostingError {
            isRemoved = error.kind == .notFound
        }
        let isDone = isRemoved
        let now = work.context.now()
        let (service, revision) = try await work.context.numberedChange { session, revision in
            let service = try session.service(id)?.service
            if !isDone { try session.insertWorkloadRemoval(of: id, from: host, withVolumes: true, at: now) }
            try session.deleteServices([id])
            if service != nil { try work.monitor.announcer.announce(.deleted, [id], in: session) }
            return (service, revision)
        }
        work.directory.remove(id, revision: revision)
        if let service { work.monitor.serviceChanged(service, .deleted) }
    }
}

/// A service that is about to be installed, as it is entered.
struct InstalledService: Sendable {
    let item: BatchWork
    let image: ContainerImage
    let digest: String?
    let host: EdgeHost
    let at: Timestamp
    /// Where the search for a free port begins.
    let portOffset: Int

    /// Within a transaction: with ports that nobody has.
    /// - Parameter taken: by what the engine knows of, and by what it does not.
    func register(
        taken: [HostPorts.Key: String], _ session: any SQLSession, makeTag: () -> Identifier<Tag>
    ) throws -> (WorkloadRecord, EdgeService) {
        let parameters = item.batch.parameters
        var settings = parameters.settings ?? WorkloadSettings()
        var all = taken
        for (port, name) in try session.hostPorts(of: host.id, except: item.serviceId) {
            all[port] = name.isEmpty ? "another service" : "service “\(name)”"
        }
        settings.ports = try HostPorts.assign(settings.ports ?? [], taken: all, on: host.name, offset: portOffset)
        let service = try service(settings)
        let wantsKey = parameters.authentication ?? false
        let record = WorkloadRecord(workload: workload(settings), takesKey: wantsKey)
        try session.deleteWorkloadRemoval(of: item.serviceId, from: host.id)
        try session.deleteServices([item.serviceId])
        // Free when the batch was drafted; somebody may have taken it since.
        try refusingTakenName("service", service.name, index: "service_name") {
            try session.insertService(ServiceRecord(service: service, sealedPassword: nil))
        }
        try session.insertWorkload(record)
        try session.setHostPorts(settings.ports ?? [], of: item.serviceId, on: host.id)
        try session.insertTags(of: [service]) { name in
            Tag(id: makeTag(), name: name, services: 0, createdAt: at)
        }
        return (record, service)
    }

    private func workload(_ settings: WorkloadSettings) -> Workload {
        var workload = Workload(
            serviceId: item.serviceId, hostId: host.id, hostName: host.name, image: image.reference,
            settings: settings, revision: item.batch.id.rawValue)
        workload.digest = digest
        return workload
    }

    private func service(_ settings: WorkloadSettings) throws -> EdgeService {
        let parameters = item.batch.parameters
        let port = settings.ports?.first { $0.container == settings.apiPort && $0.protocol == .tcp }?.host
        guard let port else { throw EdgewrightError(.internal, "A service's API has no port.") }
        let usesTokens = parameters.authentication ?? false
        let endpoint = try host.endpoint(port: port)
        var service = EdgeService(
            id: item.serviceId, projectId: item.batch.projectId, name: item.name, category: image.category,
            mode: .hosted, connection: endpoint.connection, endpoint: endpoint,
            verifyTLS: true, healthPath: image.category == .custom ? "/" : nil, status: .unknown,
            statusReason: "being installed", statusSince: at, version: nil, lastSeen: nil,
            tags: parameters.tags ?? [], auth: ServiceAuthentication(kind: usesTokens ? .jwt : .none),
            description: "", createdAt: at, updatedAt: at)
        service.hostId = host.id
        service.hostName = host.name
        service.image = image.reference.text
        return service
    }
}
