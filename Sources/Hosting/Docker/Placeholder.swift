package import Fleet
package import Transport
package struct DockerHost: WorkloadHost {
    package init(transport: any Transport, platform: String) {}
    private func no() -> HostingError { HostingError(.failed, "no") }
    package func engine() async throws -> HostEngine { throw no() }
    package func pull(_ image: ImageReference, as credential: RegistryCredential?, progress: @escaping @Sendable (Double) -> Void) async throws -> String? { throw no() }
    package func ensure(_ workload: WorkloadSpecification) async throws -> ContainerState { throw no() }
    package func settle(_ service: Identifier<EdgeService>) async throws { throw no() }
    package func restore(_ service: Identifier<EdgeService>) async throws -> Bool { throw no() }
    package func start(_ service: Identifier<EdgeService>) async throws { throw no() }
    package func stop(_ service: Identifier<EdgeService>) async throws { throw no() }
    package func restart(_ service: Identifier<EdgeService>) async throws { throw no() }
    package func remove(_ service: Identifier<EdgeService>, withVolumes: Bool) async throws { throw no() }
    package func workloads() async throws -> [WorkloadStatus] { throw no() }
    package func status(of service: Identifier<EdgeService>) async throws -> WorkloadStatus? { throw no() }
    package func differences(from workload: WorkloadSpecification) async throws -> [String] { throw no() }
    package func inspect(_ service: Identifier<EdgeService>) async throws -> ContainerInspection { throw no() }
    package func publishedPorts() async throws -> [PublishedPort] { throw no() }
    package func logs(of service: Identifier<EdgeService>, tail: Int, follow: Bool) async throws -> AsyncThrowingStream<WorkloadLogLine, any Error> { throw no() }
}
package struct RegistryClient: Sendable {
    package init(address: String, plainHTTP: Bool, credential: RegistryCredential?, connect: @escaping @Sendable (RemoteEndpoint) throws -> any Transport) {}
    package func check() async -> RegistryCheck { RegistryCheck(ok: false) }
    package func look(up image: ImageReference) async -> ImageCheck { ImageCheck(found: false) }
}
