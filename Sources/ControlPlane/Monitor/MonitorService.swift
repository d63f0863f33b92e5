import Fleet
import Logging
import ServiceLifecycle
import Store

/// Runs the monitor: probes those that are due, writes what was found, and sees to it that of several control planes on
/// one store only one does so.
package struct MonitorService: Service {
    private static let tick = Duration.milliseconds(100)
    private static let flushInterval = Duration.milliseconds(250)
    /// "Last seen" is exact in memory; in the store a minute is near enough.
    private static let lastSeenInterval = Duration.seconds(60)
    /// How old the fleet's counts in the metrics may be.
    private static let countInterval = Duration.seconds(5)
    /// Proxies close connections that are silent for a minute or less.
    private static let pingInterval = Duration.seconds(15)
    private static let leaseRenewal = Duration.seconds(5)
    private static let leaseLifetime = Duration.seconds(20)
    /// How soon services that another control plane added are known here.
    private static let refreshInterval = Duration.seconds(15)

    let monitor: Monitor
    let loader: ServiceDirectoryLoader
    private let holder: String

    init(monitor: Monitor, loader: ServiceDirectoryLoader) {
        self.monitor = monitor
        self.loader = loader
        holder = Secret.make(prefix: "")
    }

    package func run() async throws {
        await attempt { try await begin() }
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await repeatedly(every: Self.leaseRenewal) { await renewLease() } }
                group.addTask { await probeLoop() }
                group.addTask { await repeatedly(every: Self.pingInterval) { monitor.hub.pingAll() } }
                group.addTask {
                    await repeatedly(every: Self.countInterval) { monitor.metrics.show(monitor.state.counts) }
                }
                group.addTask {
                    await repeatedly(every: Self.flushInterval) { await attempt { try await monitor.flush() } }
                }
                group.addTask {
                    await repeatedly(every: Self.lastSeenInterval) {
                        await attempt { try await monitor.flushLastSeen() }
                    }
                }
                if monitor.context.database.dialect == .postgres {
                    group.addTask {
                        await repeatedly(every: Self.refreshInterval) { await attempt { try await refresh() } }
                    }
                }
                await group.waitForAll()
            }
        }
        monitor.hub.finishAll()
        await attempt { try await monitor.flush() }
        await attempt { try await monitor.flushLastSeen() }
        let holder = holder
        await attempt { try await monitor.context.write { try $0.releaseLease("monitor", holder: holder) } }
    }

    /// A file of SQLite's is opened by one process: whoever held the lease is dead, and need not be waited for.
    private func begin() async throws {
        guard monitor.context.database.dialect == .sqlite else { return }
        try await monitor.context.write { try $0.releaseLease("monitor") }
    }

    private func probeLoop() async {
        let gate = ProbeGate(limit: monitor.configuration.maximumConcurrentProbes)
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                if monitor.leadership.isHeld {
                    for id in monitor.state.takeDue(at: monitor.context.now(), limit: gate.free) {
                        gate.enter()
                        group.addTask {
                            await monitor.takeTurn(id)
                            gate.leave()
                        }
                    }
                }
                // Ends early only by cancellation, which the loop's condition sees.
                try? await Task.sleep(for: Self.tick)
            }
        }
    }

    private func renewLease() async {
        let now = monitor.context.now()
        let holder = holder
        do {
            let held = try await monitor.context.write { session in
                try session.acquireLease("monitor", holder: holder, now: now, expiresAt: now + Self.leaseLifetime)
            }
            if held, !monitor.leadership.isHeld { try await takeOver() }
            monitor.leadership.isHeld = held
        } catch {
            // Without a renewed lease another control plane may have taken over.
            monitor.leadership.isHeld = false
            monitor.context.logger.warning("the monitor's lease can't be renewed", metadata: ["error": "\(error)"])
        }
    }

    /// What is in memory may be as old as this process: until now another one has probed.
    private func takeOver() async throws {
        guard monitor.context.database.dialect == .postgres else { return }
        for record in try await loader.load() { monitor.adopt(record.service) }
    }

    /// Takes over what other control planes have changed.
    private func refresh() async throws {
        // Clocks of several machines differ a little.
        let since = monitor.context.now() - Self.refreshInterval * 4
        let (records, isAll) = try await loader.refresh(since: since)
        let known = monitor.state.identifiers
        for record in records where !known.contains(record.service.id) {
            monitor.watch(record.service, within: monitor.configuration.interval)
        }
        guard isAll else { return }
        for id in known.subtracting(records.map(\.service.id)) { monitor.state.remove(id) }
    }

    private func attempt(_ body: () async throws -> Void) async {
        do { try await body() } catch is CancellationError {} catch {
            monitor.context.logger.error("the monitor could not write", metadata: ["error": "\(error)"])
        }
    }

    private func repeatedly(every interval: Duration, _ body: () async -> Void) async {
        while !Task.isCancelled {
            await body()
            try? await Task.sleep(for: interval)
        }
    }
}
