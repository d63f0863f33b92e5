import Fleet
import Foundation
import TestSupport
import Testing
import Transport

@testable import Hosting

/// Against a real Docker engine.
@Suite struct DockerHostTests {
    private func kind(_ body: () async throws -> Void) async -> HostingError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? HostingError
        }
    }

    @Test func `an engine tells its version and what it has`() async throws {
        try await withDockerHost { world in
            let engine = try await world.host.engine()
            #expect(engine.version.contains("."))
            #expect(engine.cpus > 0)
            #expect(engine.memory > 1 << 20)
        }
    }

    @Test func `a workload that is ensured twice is one container that runs`() async throws {
        try await withDockerHost { world in
            let workload = try world.specification(port: try freePort())
            let first = try await world.host.ensure(workload)
            let second = try await world.host.ensure(workload)
            #expect(first.id == second.id)
            #expect(second.state == .running)
            #expect(second.startedAt == first.startedAt)
            #expect(try await world.containers() == ["edgewright-\(world.service) running"])
            let listed = try await world.host.workloads().first { $0.service == world.service }
            #expect(listed?.revision == "r1")
            #expect(listed?.container.image == DockerWorld.image)
        }
    }

    @Test func `it is stopped, started and restarted, each twice without harm`() async throws {
        try await withDockerHost { world in
            let first = try await world.host.ensure(try world.specification(port: try freePort()))
            for _ in 0..<2 { try await world.host.stop(world.service) }
            #expect(try await world.host.status(of: world.service)?.container.state == .exited)
            for _ in 0..<2 { try await world.host.start(world.service) }
            #expect(try await world.host.status(of: world.service)?.container.state == .running)
            try await world.host.restart(world.service)
            let now = try #require(try await world.host.status(of: world.service)?.container)
            #expect(try #require(now.startedAt) > (try #require(first.startedAt)))
        }
    }

    @Test func `what is not there can't be started, and is removed without a word`() async throws {
        try await withDockerHost { world in
            #expect(await kind { try await world.host.start(world.service) }?.kind == .notFound)
            #expect(try await world.host.status(of: world.service) == nil)
            try await world.host.remove(world.service, withVolumes: true)
        }
    }

    @Test func `a new revision sets the old container aside, and settling removes it`() async throws {
        try await withDockerHost { world in
            let port = try freePort()
            let old = try await world.host.ensure(try world.specification(port: port))
            let new = try await world.host.ensure(
                try world.specification(DockerWorld.newerImage, revision: "r2", port: port))
            #expect(new.id != old.id)
            #expect(
                try await world.containers() == [
                    "edgewright-\(world.service) running", "edgewright-\(world.service)-previous exited",
                ])
            try await world.host.settle(world.service)
            #expect(try await world.containers() == ["edgewright-\(world.service) running"])
            try await world.host.settle(world.service)
            #expect(try await world.host.restore(world.service) == false)
        }
    }

    @Test func `what was set aside comes back as it was`() async throws {
        try await withDockerHost { world in
            let port = try freePort()
            let old = try await world.host.ensure(try world.specification(port: port))
            _ = try await world.host.ensure(try world.specification(DockerWorld.mute, revision: "r2", port: port))
            #expect(try await world.host.restore(world.service))
            try await world.host.start(world.service)
            let now = try #require(try await world.host.status(of: world.service))
            #expect(now.container.id == old.id)
            #expect(now.revision == "r1")
            #expect(try await world.containers().count == 1)
        }
    }

    /// Every place at which a process may have died in the middle of a change.
    @Test(arguments: ["stopped", "renamed", "created", "started"])
    func `a change that was cut short is taken up where it was`(point: String) async throws {
        try await withDockerHost { world in
            let port = try freePort()
            let name = "edgewright-\(world.service)"
            let old = try await world.host.ensure(try world.specification(port: port))
            let next = try world.specification(DockerWorld.newerImage, revision: "r2", port: port)
            try await world.engine.docker("stop", "--time", "1", name)
            if point != "stopped" { try await world.engine.docker("rename", name, "\(name)-previous") }
            if point == "created" {
                try await world.engine.docker(
                    "create", "--name", name, "--label", "io.edgewright.platform=tests", "--label",
                    "io.edgewright.service=\(world.service)", "--label", "io.edgewright.revision=r2",
                    DockerWorld.newerImage)
            }
            if point == "started" { _ = try await world.host.ensure(next) }
            _ = try await world.host.ensure(next)
            let now = try #require(try await world.host.status(of: world.service))
            #expect(now.revision == "r2")
            #expect(now.container.state == .running)
            // Also what a half-made one had not: its port.
            #expect(try await world.host.differences(from: next).isEmpty)
            #expect(try await world.host.restore(world.service))
            #expect(try await world.host.status(of: world.service)?.container.id == old.id)
        }
    }

    @Test func `somebody else's container of the same name is left alone`() async throws {
        try await withDockerHost { world in
            let name = "edgewright-\(world.service)"
            let foreign = try await world.engine.docker("create", "--name", name, DockerWorld.image)
            let workload = try world.specification(port: try freePort())
            #expect(await kind { _ = try await world.host.ensure(workload) }?.kind == .nameTaken)
            try await world.host.remove(world.service, withVolumes: true)
            #expect(try await world.engine.docker("inspect", "--format", "{{.Id}}", name) == foreign)
            try await world.engine.docker("rm", name)
        }
    }

    @Test func `a port that is taken is named with who has it`() async throws {
        try await withDockerHost { world in
            let port = try freePort()
            let holder = "holder-\(world.service)"
            try await world.engine.docker(
                "run", "--detach", "--name", holder, "--publish", "\(port):8085", DockerWorld.image)
            let error = await kind { _ = try await world.host.ensure(try world.specification(port: port)) }
            #expect(error?.kind == .portTaken(port))
            #expect(error?.message == "port \(port) is taken by container \(holder)")
            #expect(try await world.host.publishedPorts().contains { $0.port == port && $0.container == holder })
            // With a port that is free the same revision is made after all.
            let free = try freePort()
            _ = try await world.host.ensure(try world.specification(port: free))
            #expect(try await world.host.inspect(world.service).ports == [.init(container: 8085, host: free)])
            try await world.engine.docker("rm", "--force", holder)
        }
    }

    @Test func `an image that is nowhere is said to be so`() async throws {
        try await withDockerHost { world in
            let missing = try ImageReference("127.0.0.1:1/nothing:1")
            let error = await kind { _ = try await world.host.pull(missing, as: nil) { _ in } }
            #expect(error?.kind == .failed)
            #expect(error?.message.contains("127.0.0.1:1/nothing:1") ?? false)
            let unpulled = try world.specification("never-pulled:1", port: try freePort())
            #expect(await kind { _ = try await world.host.ensure(unpulled) }?.kind == .imageNotFound)
            // One that was brought to the node by hand is used as it is.
            #expect(try await world.host.pull(try ImageReference(DockerWorld.image), as: nil) { _ in } == nil)
        }
    }

    @Test func `files are there before the container starts, in folders that are made for them`() async throws {
        try await withDockerHost { world in
            let workload = try world.specification(port: try freePort()) {
                $0.files = [
                    .init(path: "/opt/neuronex/etc/edgewright.pub", contents: "a key\n"),
                    .init(path: "/var/deep/er/file", contents: "x"),
                ]
            }
            _ = try await world.host.ensure(workload)
            let folder = FileManager.default.temporaryDirectory.appending(path: "\(world.service)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let name = "edgewright-\(world.service)"
            try await world.engine.docker("cp", "\(name):/opt/neuronex/etc/edgewright.pub", folder.path)
            try await world.engine.docker("cp", "\(name):/var/deep/er/file", folder.path)
            #expect(try String(contentsOf: folder.appending(path: "edgewright.pub"), encoding: .utf8) == "a key\n")
            #expect(try String(contentsOf: folder.appending(path: "file"), encoding: .utf8) == "x")
        }
    }

    @Test func `a container that was changed by hand is told of, and one that was not is not`() async throws {
        try await withDockerHost { world in
            let workload = try world.specification(port: try freePort()) {
                $0.settings.memory = 256 << 20
                $0.settings.cpus = 0.5
                $0.settings.restart = .unlessStopped
                $0.settings.environment?["TZ"] = "Europe/Berlin"
            }
            _ = try await world.host.ensure(workload)
            #expect(try await world.host.differences(from: workload) == [])
            try await world.engine.docker(
                "update", "--memory", "128m", "--memory-swap", "256m", "--restart", "no", "edgewright-\(world.service)")
            #expect(
                try await world.host.differences(from: workload) == [
                    "its memory limit was changed", "its restart policy was changed",
                ])
            try await world.engine.docker("rm", "--force", "edgewright-\(world.service)")
            #expect(try await world.host.differences(from: workload) == ["its container was removed"])
        }
    }

    @Test func `data outlives its container, until it is to go`() async throws {
        try await withDockerHost { world in
            let volume = "edgewright-\(world.service)-data"
            _ = try await world.host.ensure(try world.specification(port: try freePort()))
            try await world.host.remove(world.service, withVolumes: false)
            #expect(try await world.containers() == [])
            #expect(try await world.engine.docker("volume", "ls", "--quiet").contains(volume))
            try await world.host.remove(world.service, withVolumes: true)
            #expect(try await !world.engine.docker("volume", "ls", "--quiet").contains(volume))
        }
    }

    @Test func `what a container has written is read to its end`() async throws {
        try await withDockerHost { world in
            _ = try await world.host.ensure(try world.specification(DockerWorld.crashing, port: try freePort()))
            var lines: [WorkloadLogLine] = []
            // Followed: the end of the log is the end of the container.
            for try await line in try await world.host.logs(of: world.service, tail: 100, follow: true) {
                lines.append(line)
            }
            #expect(lines.contains { $0.source == .stderr && $0.text.contains("65535 is the last") })
            #expect(lines.allSatisfy { $0.time.hasPrefix("20") })
            let status = try #require(try await world.host.status(of: world.service)?.container)
            #expect(status.state == .exited)
            #expect(status.exitCode != 0)
        }
    }

    @Test func `an engine that is not there is unreachable`() async throws {
        try await withDockerHost { world in
            let client = DirectTransportClient()
            let transport = try DirectTransport(
                endpoint: RemoteEndpoint(address: .unixSocket(path: "/tmp/no-such-\(world.service)"), usesTLS: false),
                client: client)
            let host = DockerHost(transport: transport, platform: "tests")
            #expect(await kind { _ = try await host.engine() }?.kind == .unreachable)
        }
    }
}
