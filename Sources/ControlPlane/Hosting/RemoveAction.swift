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
        // Gone is what it was to be, whoever did it.
        return outcomes.map { if case .skipped = $0 { .done } else { $0 } }
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
            let engine = try work.connector.connect(try await work.host(hostId, for: item))
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
