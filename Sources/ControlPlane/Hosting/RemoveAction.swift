import Fleet
import Hosting
import Store

/// Takes services out of the registration; a hosted one is removed from its host first.
struct DeleteServicesAction: BatchAction {
    let work: HostedWork
    let services: ServiceCatalog

    func perform(_ item: BatchWork) async -> BatchOutcome {
        let outcome = await item.hosted(on: item.hostName) {
            let access = try await work.access.authorize(item, .editServices)
            if let record = try await work.context.read({ try $0.workload(item.serviceId) }) {
                try await remove(item, record)
            }
            try await services.deleteService(in: access)
        }
        // Gone is what it was to be, whoever did it.
        if case .skipped = outcome { return .done }
        return outcome
    }

    /// With force, a host that does not answer is not waited for: should it come back, the container goes then.
    private func remove(_ item: BatchWork, _ record: WorkloadRecord) async throws {
        let withVolumes = item.batch.parameters.deleteVolumes ?? false
        let hostId = record.workload.hostId
        item.tell("removing its container")
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
