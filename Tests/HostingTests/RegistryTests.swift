import Fleet
import Foundation
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Hosting

/// Against real registries, one of them with a password.
@Suite struct RegistryTests {
    private let right = RegistryCredential(username: RegistryWorld.username, password: RegistryWorld.password)
    private let wrong = RegistryCredential(username: RegistryWorld.username, password: "guess")

    private func client(_ address: String, as credential: RegistryCredential? = nil) -> RegistryClient {
        let client = DirectTransportClient()
        return RegistryClient(address: address, plainHTTP: true, credential: credential) {
            try DirectTransport(endpoint: $0, client: client)
        }
    }

    @Test func `credentials are checked where they are asked for`() async throws {
        let registries = try await RegistryWorld.shared()
        #expect(await client(registries.open).check() == RegistryCheck(ok: true))
        #expect(await client(registries.guarded, as: right).check() == RegistryCheck(ok: true))
        let refused = await client(registries.guarded, as: wrong).check()
        #expect(
            refused == RegistryCheck(ok: false, reason: "\(registries.guarded) refuses the user name or the password"))
        let nobody = await client(registries.guarded).check()
        #expect(nobody == RegistryCheck(ok: false, reason: "\(registries.guarded) wants a user name and a password"))
    }

    @Test func `a registry that is not there, or is none, is said to be so`() async throws {
        let nothing = await client("127.0.0.1:\(try freePort())").check()
        #expect(!nothing.ok && nothing.reason.contains("refused"), "\(nothing.reason)")
    }

    @Test func `an image is looked up with its digest and what it is made for`() async throws {
        try await withDockerHost { world in
            let registries = try await RegistryWorld.shared()
            let reference = "\(registries.open)/\(world.service):one"
            try await registries.push(reference, by: world.engine)
            let found = await client(registries.open).look(up: try ImageReference(reference))
            let pushed = try await world.engine.docker("inspect", "--format", "{{index .RepoDigests 0}}", reference)
            #expect(found.found)
            #expect(found.digest.map { "\(registries.open)/\(world.service)@\($0)" } == pushed)
            #expect(found.architectures.count == 1)
            let missing = try ImageReference("\(registries.open)/\(world.service):two")
            let reason = "image \(missing) was not found in registry \(registries.open)"
            #expect(await client(registries.open).look(up: missing) == ImageCheck(found: false, reason: reason))
        }
    }

    @Test func `an image of two architectures tells both`() async throws {
        try await withDockerHost { world in
            let registries = try await RegistryWorld.shared()
            let name = "\(registries.open)/\(world.service)"
            for architecture in ["amd64", "arm64"] {
                try await registries.push(
                    "\(name):\(architecture)", by: world.engine)
            }
            let digest = try await PushedManifests(registries.open, "\(world.service)").join(
                ["amd64", "arm64"], as: "both")
            let found = await client(registries.open).look(up: try ImageReference("\(name):both"))
            #expect(found == ImageCheck(found: true, digest: digest, architectures: ["linux/amd64", "linux/arm64"]))
            // The engine takes the one of its own kind; the digest is that of the whole.
            #expect(try await world.host.pull(try ImageReference("\(name):both"), as: nil) { _ in } == digest)
        }
    }
}

/// What engines fetch from them.
@Suite struct PullTests {
    private func failure(_ body: () async throws -> Void) async -> HostingError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? HostingError
        }
    }

    @Test func `an image is fetched with its share told on the way, and run by its digest`() async throws {
        try await withDockerHost { world in
            let registries = try await RegistryWorld.shared()
            let image = try ImageReference("\(registries.open)/\(world.service):1")
            try await registries.push(image.text, size: 16 << 20, by: world.engine)
            try await world.engine.docker("rmi", image.text)
            let shares = Mutex<[Double]>([])
            let digest = try #require(
                try await world.host.pull(image, as: nil) { share in shares.withLock { $0.append(share) } })
            let told = shares.withLock { $0 }
            #expect(told.last == 1)
            #expect(told == told.sorted())

            let workload = try world.specification(image.text, port: try freePort()) {
                $0.digest = digest
                $0.isStopped = true
            }
            _ = try await world.host.ensure(workload)
            #expect(try await world.host.inspect(world.service).digest == digest)
            #expect(try await world.host.differences(from: workload) == [])
            // The tag goes on to another image; this very one is still known by its digest.
            let exact = try ImageReference("\(registries.open)/\(world.service)@\(digest)")
            #expect(try await world.host.pull(exact, as: nil) { _ in } == digest)
        }
    }

    @Test func `a registry with a password hands out its images to who has it`() async throws {
        try await withDockerHost { world in
            let registries = try await RegistryWorld.shared()
            let image = try ImageReference("\(registries.guarded)/\(world.service):1")
            try await registries.push(image.text, by: world.engine)
            let right = RegistryCredential(username: RegistryWorld.username, password: RegistryWorld.password)
            #expect(try await world.host.pull(image, as: right) { _ in } != nil)
            for credential in [nil, RegistryCredential(username: "edge", password: "guess")] {
                let error = await failure { _ = try await world.host.pull(image, as: credential) { _ in } }
                #expect(error?.kind == .refused, "\(error?.message ?? "")")
                #expect(error?.message.contains(registries.guarded) ?? false)
            }
            let missing = try ImageReference("\(registries.guarded)/\(world.service):2")
            let error = await failure { _ = try await world.host.pull(missing, as: right) { _ in } }
            #expect(error?.kind == .imageNotFound)
            #expect(error?.message == "image \(missing) was not found in registry \(registries.guarded)")
        }
    }

    @Test func `an image that came from a registry is not taken for new when the registry is away`() async throws {
        try await withDockerHost { world in
            let registries = try await RegistryWorld.shared()
            // By another name of this machine, at a port where nothing listens: as if the registry had gone.
            let away = "127.0.0.1:\(try freePort())/\(world.service):1"
            try await world.engine.docker("tag", DockerWorld.image, away)
            // Brought by hand, as far as anybody can tell.
            #expect(try await world.host.pull(try ImageReference(away), as: nil) { _ in } == nil)
            let there = "\(registries.open)/\(world.service):1"
            try await registries.push(there, by: world.engine)
            let gone = try ImageReference("\(registries.open)/\(world.service):gone")
            let error = await failure { _ = try await world.host.pull(gone, as: nil) { _ in } }
            #expect(error?.kind == .imageNotFound)
            try await world.engine.docker("rmi", away)
        }
    }

    @Test func `an image for another kind of processor alone is refused in words`() async throws {
        try await withDockerHost { world in
            let registries = try await RegistryWorld.shared()
            let image = try ImageReference("\(registries.open)/\(world.service):foreign")
            try await registries.push(image.text, by: world.engine)
            try await PushedManifests(registries.open, "\(world.service)").relabel("foreign", architecture: "s390x")
            let error = await failure { _ = try await world.host.pull(image, as: nil) { _ in } }
            #expect(error?.kind == .invalid)
            #expect(error?.message.hasPrefix("\(image) is made for linux/s390x, and this node is linux/") ?? false)
        }
    }
}

@Suite struct PulledLayersTests {
    private func event(_ status: String, _ id: String, _ current: Int64? = nil, of total: Int64? = nil) -> PullEvent {
        PullEvent(
            status: status, id: id, progressDetail: PullEvent.Progress(current: current, total: total), error: nil)
    }

    @Test func `a small layer that is done is not the whole image`() {
        var layers = PulledLayers()
        for id in ["a", "b", "c", "d"] { #expect(layers.take(event("Pulling fs layer", id)) == nil) }
        #expect(layers.take(event("Downloading", "a", 100, of: 100)) == 0.25)
        #expect(layers.take(event("Downloading", "b", 0, of: 100_000)) == nil)
        #expect(layers.take(event("Download complete", "b")).map { $0 < 0.6 } == true)
    }

    @Test func `no more layers are counted than an image can have`() {
        var layers = PulledLayers()
        for id in 0..<1000 { _ = layers.take(event("Waiting", "\(id)")) }
        #expect(layers.take(event("Downloading", "one more", 1, of: 1)) == nil)
    }
}
