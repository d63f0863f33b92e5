import Fleet
import Hosting
import Store

/// Takes services out of the registration; a hosted one is removed from its host first.
struct DeleteServicesAction: GroupedBatchAction {
    let work: HostedWork
    let services: ServiceCatalog

    func isGrouped(_ item: ClaimedBatchItem) -> Bool { item.hostId == nil }

    func perform(_ items: [BatchWork]) async -> [BatchOutcome] {
        var outcomes = Array(repeating: BatchOutcome.done, count: items.count)
        let allowed = await work.access.authorize(items, .editServices, &outcomes)
        do {
            let deleted = Set(try await services.deleteManagedServices(in: allowed.map(\.access)))
            for (index, access) in allowed where !deleted.contains(access.serviceId) {
                outcomes[index] = await deleteHosted(items[index], access)
            }
        } catch {
            for (index, _) in allowed { outcomes[index] = items[index].outcome(of: error) }
        }
        return await judged(outcomes, of: items)
    }

    /// Gone is what it was to be, whoever did it. But not found is also what whoever asked for the batch may not see any
    /// more, so the store is asked.
    private func judged(_ outcomes: [BatchOutcome], of items: [BatchWork]) async -> [BatchOutcome] {
        let missed = zip(items, outcomes).filter { $1.isSkipped }.map(\.0.serviceId)
        guard !missed.isEmpty, let project = items.first?.batch.projectId else { return outcomes }
        do {
            let left = Set(try await work.context.read { try $0.services(missed, in: project) }.map(\.id))
            return zip(items, outcomes).map { item, outcome in
                guard outcome.isSkipped else { return outcome }
                guard left.contains(item.serviceId) else { return .done }
                return .failedForNow(
                    reason: "whoever asked for this batch does not find it: they may have no role here any more")
            }
        } catch {
            return zip(items, outcomes).map { item, outcome in outcome.isSkipped ? item.outcome(of: error) : outcome }
        }
    }

    private func deleteHosted(_ item: BatchWork, _ access: ServiceAccess) async -> BatchOutcome {
        await item.hosted(on: item.hostName) {
            if let record = try await work.context.read({ try $0.workload(item.serviceId) }) {
                try await remove(item, record)
            }
            try await services.deleteService(in: access)
        }
    }

    /// With force, a host that does not answer is not waited for: should it come back, the container goes then.
    private func remove(_ item: BatchWork, _ record: WorkloadRecord) async throws {
        let withVolumes = item.batch.parameters.deleteVolumes ?? false
        let hostId = record.workload.hostId
        item.tell("removing its container")
        try await item.confirm()
        do {
            let engine = try work.connector.connect(try await work.host(hostId))
            try await engine.remove(item.serviceId, withVolumes: withVolumes)
        } catch let error as HostingError {
            guard item.batch.parameters.force ?? false, error.kind == .unreachable else { throw error }
            let now = work.context.now()
            try await work.context.write { session in
                try session.insertWorkloadRemoval(
                    of: item.serviceId, from: hostId, withVolumes: withVolumes, at: now)
            }
        }
    }
}

extension BatchOutcome {
    fileprivate var isSkipped: Bool { if case .skipped = self { true } else { false } }
}
