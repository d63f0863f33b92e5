import Fleet
import Hosting
import Logging
import ServiceLifecycle
import Store

/// Watches hosts: whether their engines answer, and whether what runs on them is what was asked for.
struct HostMonitor: Service {
    private static let concurrency = 32
    private static let page = 500
    /// A host that was missed once may only have been busy.
    private static let missesUntilOffline = 2
    /// Each so many turns containers are compared in full, and not only by whether they run.
    private static let turnsPerComparison = 6

    let context: ControlPlaneContext
    let connector: HostConnector
    let work: HostedWork
    let monitor: Monitor
    let interval: Duration
    private let misses = MissedHosts()

    init(
        context: ControlPlaneContext, connector: HostConnector, work: HostedWork, monitor: Monitor, interval: Duration
    ) {
        self.context = context
        self.connector = connector
        self.work = work
        self.monitor = monitor
        self.interval = interval
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var turn = 0
            while !Task.isCancelled {
                // Of several control planes the one that probes services asks hosts as well.
                if monitor.leadership.isHeld { await lookAtAll(turn: turn) }
                turn += 1
                // Ends early only by cancellation, which the loop's condition sees.
                try? await Task.sleep(for: interval * Double.random(in: 0.9...1.1))
            }
        }
    }

    private func lookAtAll(turn: Int) async {
        var last: Identifier<EdgeHost>?
        repeat {
            let after = last
            let hosts: [HostRecord]
            do {
                hosts = try await context.read { try $0.hosts(after: after, limit: Self.page) }
            } catch {
                return context.logger.warning("hosts can't be read", metadata: ["error": "\(error)"])
            }
            await withTaskGroup(of: Void.self) { group in
                for (index, host) in hosts.enumerated() {
                    if index >= Self.concurrency { await group.next() }
                    group.addTask { await look(at: host, turn: turn) }
                }
            }
            last = hosts.count == Self.page ? hosts.last?.host.id : nil
        } while last != nil && !Task.isCancelled
    }

    // MARK: One host

    private func look(at record: HostRecord, turn: Int) async {
        do {
            let engine = try connector.connect(record)
            let check = await connector.check(engine, cautions: [])
            try Task.checkCancellation()
            try await note(check, of: record)
            guard check.reachable else { return }
            try await payRemovals(record.host.id, engine)
            try await compare(record, engine, inFull: turn % Self.turnsPerComparison == 0)
        } catch {
            guard !Task.isCancelled else { return }
            context.logger.debug(
                "a host was not looked at", metadata: ["host": "\(record.host.id)", "error": "\(error)"])
        }
    }

    private func note(_ check: HostCheck, of record: HostRecord) async throws {
        let count = misses.count(record.host.id, missed: !check.reachable)
        guard check.reachable || count >= Self.missesUntilOffline || record.host.status != .online else { return }
        let seen = record.host.seen(check, at: context.now())
        guard seen != record.host else { return }
        try await context.write { try $0.updateHostState(seen) }
    }

    /// Removes what was to go while the host did not answer. What can't be removed keeps neither the others nor the
    /// comparison from their turn.
    private func payRemovals(_ host: Identifier<EdgeHost>, _ engine: any WorkloadHost) async throws {
        for removal in try await context.read({ try $0.workloadRemovals(from: host) }) {
            let metadata: Logger.Metadata = ["host": "\(host)", "service": "\(removal.serviceId)"]
            do {
                guard try await pay(removal, to: host, engine) else { continue }
                context.logger.info("removed a container that was given up", metadata: metadata)
            } catch let error as HostingError where error.kind != .unreachable {
                context.logger.warning(
                    "a container that was given up can't be removed",
                    metadata: metadata.merging(["error": "\(error)"]) { $1 })
            }
        }
    }

    /// - Returns: whether it was still owed: a batch may have taken the service up since the list was read.
    private func pay(
        _ removal: WorkloadRemoval, to host: Identifier<EdgeHost>, _ engine: any WorkloadHost
    ) async throws -> Bool {
        guard try await context.read({ try $0.isOwed(removal, to: host) }) else { return false }
        try await engine.remove(removal.serviceId, withVolumes: removal.withVolumes)
        try await context.write { try $0.deleteWorkloadRemoval(of: removal.serviceId, from: host) }
        return true
    }

    // MARK: Drift

    private func compare(_ host: HostRecord, _ engine: any WorkloadHost, inFull: Bool) async throws {
        let records = try await context.read { try $0.workloads(on: host.host.id) }
        guard !records.isEmpty else { return }
        let found = try await engine.workloads()
        let byService = Dictionary(found.map { ($0.service, $0) }) { first, _ in first }
        var changed: [Workload] = []
        for record in records {
            let seen = try await seen(record, byService[record.workload.serviceId], engine, inFull: inFull)
            if seen.isWorthWriting(after: record.workload) { changed.append(seen) }
        }
        let written = changed
        guard !written.isEmpty else { return }
        try await context.write { session in
            for workload in written { try session.updateWorkloadState(workload) }
            try monitor.announcer.announce(.updated, written.map(\.serviceId), in: session)
        }
        try await monitor.publish(.updated, of: written.map(\.serviceId))
    }

    private func seen(
        _ record: WorkloadRecord, _ status: WorkloadStatus?, _ engine: any WorkloadHost, inFull: Bool
    ) async throws -> Workload {
        var workload = record.workload
        guard let status else {
            workload.container = nil
            workload.drift = "its container was removed"
            return workload
        }
        let before = workload.container
        let isSame = before?.id == status.container.id && before?.state == status.container.state
        guard inFull || !isSame || workload.drift != nil else { return workload }
        workload.container = try await engine.status(of: workload.serviceId)?.container ?? status.container
        workload.drift = Self.powerDrift(workload, status.container.state)
        if workload.drift == nil {
            let name = monitor.directory.entry(workload.serviceId)?.name ?? ""
            let differences = try await engine.differences(from: work.specification(record, name: name))
            workload.drift = differences.isEmpty ? nil : differences.joined(separator: "; ")
        }
        return workload
    }

    private static func powerDrift(_ workload: Workload, _ state: ContainerState.State) -> String? {
        switch (workload.desired, state) {
        case (.running, .running), (.stopped, .exited), (.stopped, .created), (.stopped, .dead): nil
        case (.running, .created), (.running, .exited), (.running, .dead), (.running, .removing):
            "its container does not run"
        case (_, .paused): "its container is paused"
        case (_, .restarting): "its container ends and is started again and again"
        case (.stopped, .running): "its container runs, though it was stopped"
        case (.stopped, .removing): nil
        }
    }
}

extension Workload {
    /// Being seen again as it was is no news.
    fileprivate func isWorthWriting(after before: Workload) -> Bool {
        var before = before
        if let seenAt = container?.seenAt { before.container?.seenAt = seenAt }
        return self != before
    }
}
