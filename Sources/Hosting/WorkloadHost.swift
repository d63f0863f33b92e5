package import Fleet

/// Where hosted services run: a Docker engine, a Kubernetes cluster.
///
/// Every call is keyed by the service's id and may be repeated after a crash: it brings about a state, and does nothing
/// when that state is there. All throw `HostingError`, or `CancellationError`.
package protocol WorkloadHost: Sendable {
    func engine() async throws -> HostEngine

    /// Fetches an image unless this very one is there.
    /// - Parameter progress: called now and then, with the share of the bytes that are there.
    /// - Returns: the digest of its manifest; `nil` for an image that was never in a registry.
    func pull(
        _ image: ImageReference, as credential: RegistryCredential?, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> String?

    /// Sees to it that the container of this revision is there and runs (or does not, as it was asked for). One of
    /// another revision is stopped and set aside: `settle` removes it, `restore` brings it back.
    func ensure(_ workload: WorkloadSpecification) async throws -> ContainerState

    /// Removes what `ensure` has set aside.
    func settle(_ service: Identifier<EdgeService>) async throws

    /// Removes what `ensure` has made and brings back what it has set aside, not started yet.
    /// - Returns: whether there was something to bring back.
    func restore(_ service: Identifier<EdgeService>) async throws -> Bool

    /// Starts what is there; throws `.notFound` when nothing is.
    func start(_ service: Identifier<EdgeService>) async throws
    func stop(_ service: Identifier<EdgeService>) async throws
    func restart(_ service: Identifier<EdgeService>) async throws

    /// - Parameter withVolumes: its data too. Folders of the host are never touched.
    func remove(_ service: Identifier<EdgeService>, withVolumes: Bool) async throws

    /// All that the platform has made on the host, whether it runs or not; nothing that was set aside.
    func workloads() async throws -> [WorkloadStatus]

    /// - Returns: `nil` when the service has no container here.
    func status(of service: Identifier<EdgeService>) async throws -> WorkloadStatus?

    /// How the service's container differs from what it should be, in sentences; empty when it does not.
    func differences(from workload: WorkloadSpecification) async throws -> [String]

    func inspect(_ service: Identifier<EdgeService>) async throws -> ContainerInspection

    /// Ports of the host that containers have, running or not.
    func publishedPorts() async throws -> [PublishedPort]

    /// What the service has written, oldest first.
    /// - Parameters:
    ///   - tail: so many of the last lines.
    ///   - follow: goes on with what it writes from now on, until the reader stops or the container ends.
    func logs(of service: Identifier<EdgeService>, tail: Int, follow: Bool) async throws
        -> AsyncThrowingStream<WorkloadLogLine, any Error>
}

/// What a container is to be made from.
package struct WorkloadSpecification: Equatable, Sendable {
    /// A file that is put into the container before it starts.
    package struct File: Equatable, Sendable {
        /// Absolute, inside.
        package var path: String
        package var contents: String

        package init(path: String, contents: String) {
            self.path = path
            self.contents = contents
        }
    }

    package var service: Identifier<EdgeService>
    /// For people who look at the host.
    package var name: String
    package var revision: String
    package var image: ImageReference
    /// Taken rather than the tag when it is known, so that all have the same.
    package var digest: String?
    /// Complete: every port has its port on the host.
    package var settings: WorkloadSettings
    package var files: [File]
    package var isStopped: Bool

    package init(
        service: Identifier<EdgeService>, name: String, revision: String, image: ImageReference, digest: String?,
        settings: WorkloadSettings, files: [File] = [], isStopped: Bool = false
    ) {
        self.service = service
        self.name = name
        self.revision = revision
        self.image = image
        self.digest = digest
        self.settings = settings
        self.files = files
        self.isStopped = isStopped
    }
}

package struct WorkloadStatus: Equatable, Sendable {
    package var service: Identifier<EdgeService>
    package var revision: String
    package var container: ContainerState

    package init(service: Identifier<EdgeService>, revision: String, container: ContainerState) {
        self.service = service
        self.revision = revision
        self.container = container
    }
}

package struct PublishedPort: Equatable, Sendable {
    package var port: Int
    package var `protocol`: WorkloadSettings.PortProtocol
    /// The container's name.
    package var container: String
    /// Whose container it is, when the platform made it.
    package var service: Identifier<EdgeService>?

    package init(
        port: Int, protocol: WorkloadSettings.PortProtocol, container: String, service: Identifier<EdgeService>?
    ) {
        self.port = port
        self.protocol = `protocol`
        self.container = container
        self.service = service
    }
}

package struct WorkloadLogLine: Equatable, Sendable {
    package enum Source: String, Sendable {
        case stdout
        case stderr
    }

    /// When it was written, as the engine says (RFC 3339).
    package var time: String
    package var source: Source
    package var text: String

    package init(time: String, source: Source, text: String) {
        self.time = time
        self.source = source
        self.text = text
    }
}
