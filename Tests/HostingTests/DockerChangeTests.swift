import Fleet
import Foundation
import TestSupport
import Testing
import Transport

@testable import Hosting

/// What happens to containers around a change, and by other hands; against a real engine.
@Suite struct DockerChangeTests {
    private func policy(_ container: String, _ world: HostingWorld) async throws -> String {
        try await world.engine.docker("inspect", "--format", "{{.HostConfig.RestartPolicy.Name}}", container)
    }

    @Test func `an engine that starts anew does not start what is aside`() async throws {
        try await withDockerHost { world in
            let port = try freePort()
            let name = "edgewright-\(world.service)"
            let always: (inout WorkloadSpecification) -> Void = { $0.settings.restart = .always }
            let old = try world.specification(port: port, always)
            _ = try await world.host.ensure(old)
            _ = try await world.host.ensure(
                try world.specification(DockerWorld.newerImage, revision: "r2", port: port, always))
            #expect(try await policy("\(name)-previous", world) == "no")
            #expect(try await policy(name, world) == "always")
            #expect(try await world.host.restore(world.service))
            #expect(try await policy(name, world) == "always")
            #expect(try await world.host.differences(from: old) == [])
        }
    }

    @Test func `a container that somebody has paused goes on when it is started`() async throws {
        try await withDockerHost { world in
            let workload = try world.specification(port: try freePort())
            let first = try await world.host.ensure(workload)
            let name = "edgewright-\(world.service)"
            try await world.engine.pause(name)
            #expect(try await world.host.status(of: world.service)?.container.state == .paused)
            try await world.host.start(world.service)
            #expect(try await world.host.status(of: world.service)?.container.state == .running)
            try await world.engine.pause(name)
            #expect(try await world.host.ensure(workload).state == .running)
            #expect(try await world.host.status(of: world.service)?.container.id == first.id)
            try await world.engine.pause(name)
            try await world.host.stop(world.service)
            #expect(try await world.host.status(of: world.service)?.container.state == .exited)
        }
    }

    @Test func `a container that is stopped keeps its ports`() async throws {
        try await withDockerHost { world in
            let port = try freePort()
            let udp = try freePort()
            let workload = try world.specification(port: port) {
                $0.settings.ports?.append(.init(container: 9000, host: udp, protocol: .udp))
            }
            let wanted: Set<String> = ["\(port) tcp", "\(udp) udp"]
            func published() async throws -> [String] {
                try await world.host.publishedPorts().filter { $0.service == world.service }
                    .map { "\($0.port) \($0.protocol.rawValue)" }
            }
            _ = try await world.host.ensure(workload)
            // Each once, though the engine tells it for IPv4 and IPv6.
            #expect(try await published().count == 2)
            #expect(Set(try await published()) == wanted)
            try await world.host.stop(world.service)
            #expect(Set(try await published()) == wanted)
        }
    }

    @Test func `two platforms on one engine leave each other alone`() async throws {
        try await withDockerHost { world in
            _ = try await world.host.ensure(try world.specification(port: try freePort()))
            let other = DockerHost(transport: try world.transport(), platform: "another")
            #expect(try await !other.workloads().contains { $0.service == world.service })
            try await other.remove(world.service, withVolumes: true)
            await #expect(throws: HostingError.self) { try await other.stop(world.service) }
            #expect(try await world.containers() == ["edgewright-\(world.service) running"])
        }
    }

    @Test func `a log is followed while it is written, and ends with its reader`() async throws {
        try await withDockerHost { world in
            _ = try await world.host.ensure(try world.specification(port: try freePort()))
            var lines = try await world.host.logs(of: world.service, tail: 0, follow: true).makeAsyncIterator()
            // It announces itself when it starts; what came before was not asked for.
            try await world.host.restart(world.service)
            var next = try await lines.next()
            if next == nil {
                // The end of its first run may be the end of the log.
                lines = try await world.host.logs(of: world.service, tail: 1, follow: true).makeAsyncIterator()
                next = try await lines.next()
            }
            #expect(next?.source == .stdout)
            #expect(next?.text.contains("listening") ?? false)
            let reader = Task { [world] in
                for try await _ in try await world.host.logs(of: world.service, tail: 0, follow: true) {}
            }
            reader.cancel()
            // Done at once, though the container writes nothing and lives on.
            _ = await reader.result
        }
    }
}

/// An engine that listens on TCP and wants to see a certificate.
@Suite struct EncryptedEngineTests {
    private func engine(client: RemoteEndpoint.ClientCertificate?, trusting authority: String?) async throws
        -> HostEngine
    {
        let world = try await DockerWorld.shared()
        let transport = try DirectTransport(
            endpoint: RemoteEndpoint(
                address: .tcp(host: "127.0.0.1", port: world.tlsPort), usesTLS: true,
                verification: .full(authorities: authority), clientCertificate: client),
            client: DirectTransportClient())
        return try await DockerHost(transport: transport, platform: "tests").engine()
    }

    private let certificates = TestCertificates.shared
    private var own: RemoteEndpoint.ClientCertificate {
        RemoteEndpoint.ClientCertificate(chain: certificates.client, privateKey: certificates.clientKey)
    }

    @Test func `it talks to who has a certificate of its authority`() async throws {
        #expect(try await engine(client: own, trusting: certificates.authority).version.contains("."))
    }

    @Test func `it does not talk to anybody else, nor is any other engine trusted`() async throws {
        let withoutCertificate = await #expect(throws: HostingError.self) {
            try await engine(client: nil, trusting: certificates.authority)
        }
        #expect(withoutCertificate?.message.isEmpty == false)
        await #expect(throws: HostingError.self) { try await engine(client: own, trusting: nil) }
    }
}
