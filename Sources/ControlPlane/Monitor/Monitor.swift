import Drivers
package import Fleet
import Store

/// How services are watched.
package struct MonitorConfiguration: Sendable {
    /// Between two probes of one service.
    package var interval: Duration
    /// Of each request of a probe.
    package var timeout: Duration
    package var missesUntilOffline: Int
    /// Probes under way at once; the others wait their turn.
    package var maximumConcurrentProbes: Int
    /// Every so many probes the whole report is read.
    package var probesPerSurvey: Int

    package init(
        interval: Duration = .seconds(15), timeout: Duration = .seconds(5), missesUntilOffline: Int = 2,
        maximumConcurrentProbes: Int = 512, probesPerSurvey: Int = 8
    ) {
        self.interval = interval
        self.timeout = timeout
        self.missesUntilOffline = missesUntilOffline
        self.maximumConcurrentProbes = maximumConcurrentProbes
        self.probesPerSurvey = probesPerSurvey
    }
}

/// Watches the fleet: who is online, what they report, and who wants to know of changes.
package struct Monitor: Sendable {
    let context: ControlPlaneContext
    let configuration: MonitorConfiguration
    let directory: ServiceDirectory
    let state: FleetState
    let hub: ProjectEventHub
    let probe: ServiceProbe
    let metrics = MonitorMetrics()
    let announcer = ChangeAnnouncer()
    /// What is in memory of a service's state is the truth only while this process is the one that probes.
    let leadership = Leadership()

    // MARK: What others ask

    package func overview(in access: ProjectAccess) async throws -> Overview {
        try await context.read { session in
            var overview = try session.overview(of: access.projectId)
            overview.members = try session.countMembers(of: access.orgId)
            return overview
        }
    }

    /// The drivers of a project's services as each of them reported last, by service and name.
    package func listDrivers(
        _ filter: DriverFilter, _ page: PageRequest, in access: ProjectAccess
    ) async throws -> Page<FleetDriver> {
        try await context.read { try $0.drivers(in: access.projectId, filter, page) }
    }

    /// The rules of a project's services as each of them reported last, by service and id.
    /// - Parameter state: `nil` for all.
    package func listRules(
        state: RuleCondition?, _ page: PageRequest, in access: ProjectAccess
    ) async throws -> Page<FleetRule> {
        try await context.read { try $0.rules(in: access.projectId, state: state, page) }
    }

    package func status(in access: ServiceAccess) async throws -> ServiceStatusReport {
        let id = access.serviceId
        let (record, stored) = try await context.read { session in (try session.service(id), try session.report(of: id))
        }
        guard let service = record?.service else { throw EdgewrightError.notFound("service", id.rawValue) }
        let known = leadership.isHeld ? state.entry(id) : nil
        let lastSeen = [service.lastSeen, known?.health.lastSeen].compactMap(\.self).max()
        return ServiceStatusReport(
            status: known?.health.status ?? service.status,
            statusReason: known?.health.reason ?? service.statusReason,
            statusSince: known?.health.since ?? service.statusSince, lastSeen: lastSeen,
            reportedAt: known?.reportedAt ?? stored?.at, report: known?.report ?? stored?.report)
    }

    /// Probes now instead of at the next turn, and reads the whole report.
    package func probe(in access: ServiceAccess) async throws -> ServiceStatusReport {
        guard let entry = directory.entry(access.serviceId) else {
            throw EdgewrightError.notFound("service", access.serviceId.rawValue)
        }
        await probeOnce(entry, survey: true)
        try await flush()
        return try await status(in: access)
    }

    /// Probes a service that was changed on purpose, so that what is known of it is known at once. Only who probes the
    /// fleet knows anything; where that is another process, its next turn says the same.
    func observe(_ id: Identifier<EdgeService>) async throws {
        guard leadership.isHeld, let entry = directory.entry(id) else { return }
        state.update(id) { known in
            known.changedAt = context.now()
            // Should it fail this time, the next turn asks for all of it again.
            known.pulsesSinceSurvey = configuration.probesPerSurvey
            return []
        }
        await probeOnce(entry, survey: true)
        try await flush()
    }

    /// Changes of a project from now on.
    package func events(in access: ProjectAccess) -> AsyncStream<ProjectEvent> { hub.events(of: access.projectId) }

    /// Ends every stream of events, so that stopping need not wait for those who watch.
    package func endEvents() { hub.finishAll() }

    func check(_ entry: DirectoryEntry) async -> ConnectionCheck {
        var check = await reach(entry)
        if check.authenticated { check.version = try? await probe.survey(entry).version }
        return check
    }

    /// The same without its version, which is asked for by itself.
    func reach(_ entry: DirectoryEntry) async -> ConnectionCheck {
        do {
            _ = try await probe.pulse(entry, previous: nil)
            return ConnectionCheck(
                reachable: true, authenticated: true, version: nil, message: "The service answers as it should.")
        } catch {
            probe.connector.authenticator.forget(entry.id)
            switch ProbeOutcome(error) {
            case .answered:
                return ConnectionCheck(reachable: true, authenticated: true, version: nil, message: "")
            case .refusedCredentials(let reason):
                return ConnectionCheck(reachable: true, authenticated: false, version: nil, message: reason)
            case .missed(let reason), .pathFailed(let reason):
                let answered = error is ServiceAnswerError
                return ConnectionCheck(reachable: answered, authenticated: false, version: nil, message: reason)
            }
        }
    }

    // MARK: What use cases tell

    func serviceChanged(_ service: EdgeService, _ change: ServiceChange.Kind) {
        switch change {
        case .created: watch(service, within: .seconds(1))
        case .deleted: state.remove(service.id)
        case .updated, .status: break
        }
        let shown = change == .deleted ? nil : service
        hub.publish(
            .service(ServiceChange(id: service.id, change: change, service: shown)), in: service.projectId)
    }

    func servicesImported(_ services: [EdgeService], into project: Identifier<Project>) {
        for service in services { watch(service, within: configuration.interval * 0.8) }
        if !services.isEmpty { hub.publish(.resync, in: project) }
    }

    /// What it reports from now on belongs where it is now.
    func projectMayHaveChanged(of service: EdgeService) {
        state.update(service.id) { entry in
            entry.projectId = service.projectId
            return []
        }
    }

    /// After its endpoint or credential changed: what was known does not count any more.
    func probeSoon(_ id: Identifier<EdgeService>) {
        state.update(id) { entry in
            entry.pulse = nil
            entry.pulsesSinceSurvey = configuration.probesPerSurvey
            return []
        }
        state.schedule(id, at: context.now())
    }

    /// Begins to watch a service, its first probe at a random moment within `spread`, so that a fleet's probes do not
    /// come all at once.
    func watch(_ service: EdgeService, within spread: Duration) {
        state.put(service.id, freshEntry(service, nextProbe: context.now() + random(spread)))
    }

    /// Goes on from what the store has: another process has probed until now.
    func adopt(_ service: EdgeService) {
        let known = state.update(service.id) { entry in
            entry = freshEntry(service, nextProbe: entry.nextProbe)
            return []
        }
        if known == nil { watch(service, within: configuration.interval) }
    }

    private func freshEntry(_ service: EdgeService, nextProbe: Timestamp) -> FleetState.Entry {
        let health = ServiceHealth(
            status: service.status, reason: service.statusReason, since: service.statusSince,
            lastSeen: service.lastSeen)
        return FleetState.Entry(
            projectId: service.projectId, health: health, version: service.version,
            pulsesSinceSurvey: configuration.probesPerSurvey, nextProbe: nextProbe)
    }

    func random(_ ceiling: Duration) -> Duration {
        .milliseconds(Int64.random(in: 0...max(0, ceiling.wholeMilliseconds)))
    }
}
