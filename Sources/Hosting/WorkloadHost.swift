package import Fleet

/// Where hosted services run: a Docker engine, a Kubernetes cluster.
///
/// Every call is keyed by the service's id and may be repeated after a crash: it brings about a state, and does nothing
/// when that state is there.
package protocol WorkloadHost: Sendable {
    /// Starts what is there; throws `.notFound` when nothing is.
    func start(_ service: Identifier<EdgeService>) async throws
    func stop(_ service: Identifier<EdgeService>) async throws
    /// - Parameter withVolumes: its data too.
    func remove(_ service: Identifier<EdgeService>, withVolumes: Bool) async throws
}
