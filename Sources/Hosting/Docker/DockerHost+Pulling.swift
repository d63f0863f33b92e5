package import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
import Transport

// Fetching images.

extension DockerHost {
    private static let headLimit = Duration.seconds(120)
    /// An engine that unpacks a large layer says nothing meanwhile.
    private static let longestSilence = Duration.seconds(600)
    /// For all of an image, however it trickles.
    private static let longestPull = Duration.seconds(2 * 3600)

    package func pull(
        _ image: ImageReference, as credential: RegistryCredential?, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> String? {
        if let digest = image.digest, try await translatingRefusals({ try await self.image(image.text) }) != nil {
            return digest
        }
        var told: String?
        do {
            told = try await fetch(image, as: credential, progress)
        } catch let error as HostingError where error.kind == .imageNotFound || error.kind == .failed {
            let known = try await translatingRefusals { try await self.image(image.text) }
            // What has come from this registry once may be old by now; what never has was brought by hand.
            guard let known, error.kind == .imageNotFound || known.digest(of: image) == nil else { throw error }
        }
        return try await translatingRefusals {
            guard let found = try await self.image(image.text) else { return nil }
            try await checkPlatform(of: found, image)
            // One image may have several digests in a repository: its own, and that of a list that it is in.
            return told ?? found.digest(of: image)
        }
    }

    /// Engines take an image that is there for another platform alone, and then fail to run it.
    private func checkPlatform(of found: ImageDetails, _ image: ImageReference) async throws {
        guard let architecture = found.architecture, !architecture.isEmpty else { return }
        let node = try await client.get("/version", as: EnginePlatform.self)
        let alsoRuns = ["amd64": "386", "arm64": "arm"]
        guard architecture != node.architecture, architecture != alsoRuns[node.architecture] else { return }
        throw HostingError(
            .invalid,
            "\(image) is made for \(found.operatingSystem ?? "linux")/\(architecture), and this node is "
                + "\(node.operatingSystem)/\(node.architecture)")
    }

    /// - Returns: the digest that the engine says it has fetched.
    private func fetch(
        _ image: ImageReference, as credential: RegistryCredential?, _ progress: @Sendable (Double) -> Void
    ) async throws -> String? {
        let tag = image.digest ?? image.tag ?? "latest"
        let name = DockerClient.quoted(image.name)
        var request = RemoteRequest(
            method: .post, target: "/images/create?fromImage=\(name)&tag=\(DockerClient.quoted(tag))",
            timeout: Self.headLimit, idleTimeout: Self.longestSilence)
        if let credential { request.headerFields[.registryAuthorization] = try credential.header(for: image) }
        do {
            let response = try await client.open(request)
            var layers = PulledLayers()
            var lines = JSONLines()
            var digest: String?
            let start = ContinuousClock.now
            for try await chunk in response.body {
                guard ContinuousClock.now - start < Self.longestPull else {
                    throw HostingError(.failed, "\(image) was not there after two hours")
                }
                for line in try lines.take(chunk) {
                    guard let event = try? JSONDecoder().decode(PullEvent.self, from: line) else { continue }
                    if let error = event.error { throw HostingError(pulling: image, error) }
                    if let share = layers.take(event) { progress(share) }
                    digest = event.digest ?? digest
                }
            }
            return digest
        } catch let error as TransportError {
            throw HostingError(error)
        } catch let refusal as EngineRefusal {
            throw HostingError(pulling: image, refusal.message)
        }
    }
}

extension ImageDetails {
    /// Of its manifest, in the repository that the reference names.
    fileprivate func digest(of image: ImageReference) -> String? {
        let prefix = "\(image.name)@"
        return repositoryDigests?.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }
}

extension RegistryCredential {
    /// As the engine takes it: base64url of JSON.
    fileprivate func header(for image: ImageReference) throws -> String {
        let address = image.registry == ImageReference.hub ? "https://index.docker.io/v1/" : image.registry
        let fields = ["username": username, "password": password, "serveraddress": address]
        return try JSONEncoder().encode(fields).base64EncodedString().replacing("+", with: "-")
            .replacing("/", with: "_")
    }
}

extension HTTPField.Name {
    fileprivate static let registryAuthorization = HTTPField.Name("X-Registry-Auth") ?? .authorization
}

extension HostingError {
    /// What a registry's or the engine's words about an image mean.
    fileprivate init(pulling image: ImageReference, _ message: String) {
        let text = message.lowercased()
        func has(_ parts: String...) -> Bool { parts.contains { text.contains($0) } }
        if has("no space left") {
            self.init(.noSpace, "no space is left on the node for \(image)")
        } else if has("no matching manifest") {
            self.init(.invalid, "\(image) is not made for this node's kind of processor: \(message)")
        } else if has("server gave http response to https client") {
            self.init(
                .invalid,
                "the registry \(image.registry) speaks no TLS, and the node's engine does not allow that: add it to "
                    + "insecure-registries in its daemon.json")
        } else if has("unauthorized", "no basic auth credentials", "authentication required", "incorrect username") {
            self.init(.refused, "the registry \(image.registry) refuses the credentials for \(image)")
        } else if has("manifest unknown", "not found", "repository does not exist", "name unknown") {
            self.init(.imageNotFound, "image \(image) was not found in registry \(image.registry)")
        } else if has("denied") {
            self.init(.refused, "the registry \(image.registry) does not hand out \(image): \(message)")
        } else {
            self.init(.failed, "\(image) could not be pulled: \(message)")
        }
    }
}

/// Cuts a stream of JSON values at its line ends.
private struct JSONLines {
    private static let longestLine = 1 << 20

    private var rest = ByteBuffer()

    mutating func take(_ chunk: ByteBuffer) throws -> [Data] {
        rest.writeImmutableBuffer(chunk)
        var lines: [Data] = []
        while let end = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let length = end - rest.readerIndex
            if let line = rest.readData(length: length), !line.isEmpty { lines.append(line) }
            rest.moveReaderIndex(forwardBy: 1)
        }
        rest.discardReadBytes()
        guard rest.readableBytes <= Self.longestLine else {
            throw HostingError(.failed, "its engine answered with a line that does not end")
        }
        return lines
    }
}
