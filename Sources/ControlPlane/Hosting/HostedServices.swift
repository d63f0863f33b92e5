package import Fleet
package import Hosting
import Store

/// What people ask of one hosted service's container.
package struct HostedServices: Sendable {
    package static let maximumTail = 10_000

    let context: ControlPlaneContext
    let connector: HostConnector
    let batches: BatchCatalog

    package func getWorkload(in access: ServiceAccess) async throws -> Workload {
        var workload = try await record(access).workload
        // Values may be secrets, and are for those only who could have set them.
        if !mayEdit(access) { workload.settings = workload.settings.redacted }
        return workload
    }

    /// Asked from the engine now.
    package func inspectContainer(in access: ServiceAccess) async throws -> ContainerInspection {
        try await onHost(access) { try await $0.inspect(access.serviceId) }
    }

    /// - Parameter tail: so many of the last lines, 0 to 10,000.
    package func logs(
        tail: Int, follow: Bool, in access: ServiceAccess
    ) async throws -> AsyncThrowingStream<WorkloadLogLine, any Error> {
        guard (0...Self.maximumTail).contains(tail) else {
            throw EdgewrightError.invalid("tail", "must be 0 to \(Self.maximumTail)")
        }
        return try await onHost(access) { try await $0.logs(of: access.serviceId, tail: tail, follow: follow) }
    }

    /// Whether removing it takes work on a host.
    package func isHosted(_ access: ServiceAccess) async throws -> Bool {
        try await context.read { try $0.workload(access.serviceId) } != nil
    }

    /// Removes its container and then its registration, as a batch of one.
    package func deleteService(withVolumes: Bool, force: Bool, in access: ServiceAccess) async throws -> Batch {
        var parameters = BatchParameters()
        parameters.deleteVolumes = withVolumes
        parameters.force = force
        return try await batches.createBatch(
            CreateBatchRequest(kind: .delete, targets: BatchTargets(ids: [access.serviceId]), parameters: parameters),
            in: access.project)
    }

    private func mayEdit(_ access: ServiceAccess) -> Bool {
        let project = access.project
        return project.caller.principal.may(.editServices, on: .project(project.projectId, of: project.orgId))
    }

    private func record(_ access: ServiceAccess) async throws -> WorkloadRecord {
        guard let record = try await context.read({ try $0.workload(access.serviceId) }) else {
            throw EdgewrightError(
                .unsupported, "This service is managed: Edgewright did not install it and knows no container of it.")
        }
        return record
    }

    private func onHost<Value>(
        _ access: ServiceAccess, _ body: (any WorkloadHost) async throws -> Value
    ) async throws -> Value {
        let hostId = try await record(access).workload.hostId
        guard let host = try await context.read({ try $0.host(hostId) }) else {
            throw EdgewrightError.notFound("host", hostId.rawValue)
        }
        do {
            return try await body(try connector.connect(host))
        } catch let error as HostingError {
            throw EdgewrightError(error, on: host.host.name)
        }
    }
}

extension EdgewrightError {
    init(_ error: HostingError, on host: String) {
        let code: Code =
            switch error.kind {
            case .unreachable: .unreachable
            case .notFound: .notFound
            case .refused, .imageNotFound, .portTaken, .nameTaken, .noSpace, .invalid: .conflict
            case .failed: .badAnswer
            }
        self.init(code, "The node “\(host)”: \(error.message)", cause: error)
    }
}
