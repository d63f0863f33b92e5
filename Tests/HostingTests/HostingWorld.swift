import Fleet
import Foundation
import TestSupport
import Transport

@testable import Hosting

/// A host on the tests' engine, and one service's worth of names that nobody else has.
struct HostingWorld: Sendable {
    let host: DockerHost
    let engine: DockerWorld
    let service: Identifier<EdgeService>

    func transport() throws -> DirectTransport {
        try DirectTransport(
            endpoint: RemoteEndpoint(address: .unixSocket(path: engine.socket), usesTLS: false),
            client: DirectTransportClient())
    }

    func specification(
        _ image: String = DockerWorld.image, revision: String = "r1", port: Int,
        _ change: (inout WorkloadSpecification) -> Void = { _ in }
    ) throws -> WorkloadSpecification {
        var settings = WorkloadSettings.standard(for: .neuronex)
        settings.ports = [.init(container: 8085, host: port)]
        settings.environment = ["NEURONEX_DISABLE_AUTH": "1"]
        settings.restart = .no
        var specification = WorkloadSpecification(
            service: service, name: "press", revision: revision, image: try ImageReference(image), digest: nil,
            settings: settings)
        change(&specification)
        return specification
    }

    /// Names of the service's containers, running or not.
    func containers() async throws -> [String] {
        let said = try await engine.docker(
            "ps", "--all", "--format", "{{.Names}} {{.State}}", "--filter", "label=io.edgewright.service=\(service)")
        return said.split(separator: "\n").map(String.init).sorted()
    }
}

/// Runs a test against the real engine and removes what the test's service has left there.
func withDockerHost(_ body: (HostingWorld) async throws -> Void) async throws {
    let engine = try await DockerWorld.shared()
    let client = DirectTransportClient()
    let transport = try DirectTransport(
        endpoint: RemoteEndpoint(address: .unixSocket(path: engine.socket), usesTLS: false), client: client)
    var generator = SystemRandomNumberGenerator()
    let world = HostingWorld(
        host: DockerHost(transport: transport, platform: "tests"), engine: engine,
        service: Identifier.make(at: Timestamp(Date()), using: &generator))
    do {
        try await body(world)
    } catch {
        try? await world.host.remove(world.service, withVolumes: true)
        throw error
    }
    try await world.host.remove(world.service, withVolumes: true)
}
