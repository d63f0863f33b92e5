import Drivers
import Fleet
import Logging
import Store

// Probing one service, and writing what was found.

extension Monitor {
    /// One turn of a service: probes it and puts it back into the schedule.
    func takeTurn(_ id: Identifier<EdgeService>) async {
        guard let entry = directory.entry(id) else { return state.remove(id) }
        let planned = state.entry(id)?.nextProbe ?? context.now()
        await probeOnce(entry, survey: false)
        let interval = interval(of: id)
        // From the planned moment, so that the spread over the interval stays; unless it has fallen behind.
        let next = planned + interval
        let now = context.now()
        state.reschedule(id, from: planned, to: next > now ? next : now + random(interval))
    }

    /// Longer for what is down when so much is down that waiting for it would hold up the watching of the others: it
    /// gets a quarter of the places.
    private func interval(of id: Identifier<EdgeService>) -> Duration {
        guard state.entry(id)?.health.status == .offline else { return configuration.interval }
        let places = Double(configuration.maximumConcurrentProbes) / 4
        let wanted = Double(state.offline) * (configuration.timeout / configuration.interval)
        return configuration.interval * min(max(1, wanted / places), Self.longestStretch)
    }

    private static let longestStretch = 20.0

    /// - Parameter survey: the whole report is wanted in any case.
    func probeOnce(_ entry: DirectoryEntry, survey wanted: Bool) async {
        let start = ContinuousClock.now
        do {
            let previous = state.entry(entry.id)?.pulse
            let pulse = try await probe.pulse(entry, previous: previous)
            metrics.probed(.answered, in: ContinuousClock.now - start)
            guard isCurrent(entry) else { return }
            let needsSurvey = take(pulse, of: entry)
            if wanted || needsSurvey { await survey(entry) }
        } catch {
            // Being told to stop says nothing about the service.
            if error is CancellationError || Task.isCancelled { return }
            let outcome = ProbeOutcome(error)
            metrics.probed(outcome, in: ContinuousClock.now - start)
            guard isCurrent(entry) else { return }
            record(outcome, of: entry.id)
        }
    }

    /// What was found at another address says nothing of the service as it is now.
    private func isCurrent(_ entry: DirectoryEntry) -> Bool { directory.entry(entry.id) == entry }

    /// - Returns: whether the whole report is due.
    private func take(_ pulse: ServicePulse, of entry: DirectoryEntry) -> Bool {
        var needsSurvey = false
        let now = context.now()
        state.update(entry.id) { known in
            var change: FleetState.Change = [.seen]
            let misses = configuration.missesUntilOffline
            if known.health.record(.answered, at: now, missesUntilOffline: misses) { change.insert(.state) }
            known.pulsesSinceSurvey += 1
            needsSurvey = known.report == nil || known.pulsesSinceSurvey >= configuration.probesPerSurvey
            guard pulse != known.pulse else { return change }
            known.pulse = pulse
            guard let report = known.report else { return change }
            guard let updated = pulse.applied(to: report) else {
                needsSurvey = true
                return change
            }
            if updated != report {
                known.report = updated
                known.reportedAt = now
                change.insert(.report)
            }
            return change
        }
        return needsSurvey
    }

    private func survey(_ entry: DirectoryEntry) async {
        do {
            let begun = context.now()
            let report = try await probe.survey(entry)
            guard isCurrent(entry) else { return }
            let now = context.now()
            state.update(entry.id) { known in
                guard known.changedAt.map({ $0 <= begun }) ?? true else { return [] }
                var change: FleetState.Change = [.report]
                known.report = report
                known.reportedAt = now
                known.pulsesSinceSurvey = 0
                if known.version != report.version {
                    known.version = report.version
                    change.insert(.state)
                }
                return change
            }
        } catch {
            // The pulse has just said that the service is well: the report is tried again at the next turn.
            context.logger.debug(
                "no report", metadata: ["service": "\(entry.id)", "reason": "\(ProbeOutcome(error))"])
        }
    }

    private func record(_ outcome: ProbeOutcome, of id: Identifier<EdgeService>) {
        let now = context.now()
        state.update(id) { known in
            let misses = configuration.missesUntilOffline
            return known.health.record(outcome, at: now, missesUntilOffline: misses) ? [.state] : []
        }
    }

    // MARK: Writing

    private static let writtenAtOnce = 500

    /// Writes what differs from the store and tells those who watch.
    func flush() async throws {
        while true {
            let unwritten = state.takeUnwritten(limit: Self.writtenAtOnce)
            guard !unwritten.isEmpty else { return }
            do {
                try await context.write { session in
                    try session.updateServiceStates(unwritten.states)
                    try session.saveReports(unwritten.reports)
                    try session.saveParts(unwritten.parts)
                    try announcer.announce(.status, unwritten.identifiers, in: session)
                }
            } catch {
                state.markUnwritten(unwritten)
                throw error
            }
            try await publish(.status, of: unwritten.identifiers)
        }
    }

    /// Tells those who watch how these services are now.
    func publish(_ kind: ServiceChange.Kind, of changed: [Identifier<EdgeService>]) async throws {
        let byProject = Dictionary(grouping: changed.compactMap { directory.entry($0) }, by: \.projectId)
        for (project, entries) in byProject where hub.isWatched(project) {
            let ids = entries.map(\.id)
            for service in try await context.read({ try $0.services(ids, in: project) }) {
                hub.publish(.service(ServiceChange(id: service.id, change: kind, service: service)), in: project)
            }
        }
    }

    func flushLastSeen() async throws {
        var times = state.takeSeen()
        while !times.isEmpty {
            let part = Array(times.prefix(Self.writtenAtOnce))
            times.removeFirst(part.count)
            try await context.write { try $0.updateLastSeen(part) }
        }
    }
}
