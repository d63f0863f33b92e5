import Fleet
import Hosting
import Store

/// Starts hosted services that do not run.
struct StartAction: BatchAction {
    let work: HostedWork

    func perform(_ item: BatchWork) async -> BatchOutcome {
        await item.hosted(on: item.hostName) {
            let target = try await work.target(item)
            var record = target.record
            item.tell("starting it")
            do {
                try await target.engine.start(item.serviceId)
            } catch let error as HostingError where error.kind == .notFound {
                throw HostingError(.notFound, "its container is gone: repair it to have it made anew")
            }
            record.workload.desired = .running
            record.workload.container = try await work.waitUntilWell(item.serviceId, on: target.engine, item)
            record.workload.drift = nil
            try await work.commit(record, target, operation: "service.start", detail: target.host.host.name)
            await work.observe(item.serviceId)
        }
    }
}

/// Stops hosted services; they stay stopped until somebody starts them.
struct StopAction: BatchAction {
    let work: HostedWork

    func perform(_ item: BatchWork) async -> BatchOutcome {
        await item.hosted(on: item.hostName) {
            let target = try await work.target(item)
            var record = target.record
            item.tell("stopping it")
            do {
                try await target.engine.stop(item.serviceId)
            } catch let error as HostingError where error.kind == .notFound {
                throw HostingError(.notFound, "its container is gone: repair it to have it made anew")
            }
            guard let status = try await target.engine.status(of: item.serviceId),
                status.container.state != .running, status.container.state != .restarting
            else { throw HostingError(.failed, "it still runs after it was stopped") }
            record.workload.desired = .stopped
            record.workload.container = status.container
            record.workload.drift = nil
            try await work.commit(record, target, operation: "service.stop", detail: target.host.host.name)
            await work.observe(item.serviceId)
        }
    }
}

/// Restarts hosted services, each once: an attempt that a crash cut short is seen by the time of the last start.
struct RestartAction: BatchAction {
    let work: HostedWork

    func perform(_ item: BatchWork) async -> BatchOutcome {
        await item.hosted(on: item.hostName) {
            let target = try await work.target(item)
            var record = target.record
            guard let status = try await target.engine.status(of: item.serviceId) else {
                throw HostingError(.notFound, "its container is gone: repair it to have it made anew")
            }
            let started = String(status.container.startedAt?.milliseconds ?? 0)
            if item.memo == nil { try await item.remember(started) }
            if started == item.memo ?? started {
                item.tell("restarting it")
                try await target.engine.restart(item.serviceId)
            }
            record.workload.desired = .running
            record.workload.container = try await work.waitUntilWell(item.serviceId, on: target.engine, item)
            record.workload.drift = nil
            try await work.commit(record, target, operation: "service.restart", detail: target.host.host.name)
            await work.observe(item.serviceId)
        }
    }
}

/// Brings the container of a hosted service back to what was asked for: what was stopped, changed or removed behind the
/// platform's back.
struct RepairAction: BatchAction {
    let work: HostedWork

    func perform(_ item: BatchWork) async -> BatchOutcome {
        await item.hosted(on: item.hostName) {
            let target = try await work.target(item)
            var record = target.record
            item.tell("comparing it with what was asked for")
            var specification = work.specification(record, name: item.name)
            let status = try await target.engine.status(of: item.serviceId)
            let differences = status == nil ? [] : try await target.engine.differences(from: specification)
            if status == nil || !differences.isEmpty {
                record.workload.digest = try await work.pull(record.workload.image, on: target.engine, item)
                record.workload.renew(by: item.batch.id)
                specification = work.specification(record, name: item.name)
                item.tell("making its container anew")
                record.workload.container = try await target.engine.ensure(specification)
            } else if record.workload.desired == .running {
                try await target.engine.start(item.serviceId)
            } else {
                try await target.engine.stop(item.serviceId)
            }
            if record.workload.desired == .running {
                record.workload.container = try await work.waitUntilWell(item.serviceId, on: target.engine, item)
            } else {
                record.workload.container = try await target.engine.status(of: item.serviceId)?.container
            }
            record.workload.drift = nil
            try await work.commit(
                record, target, operation: "service.repair", detail: differences.joined(separator: "; "))
            try await target.engine.settle(item.serviceId)
            await work.observe(item.serviceId)
        }
    }
}
