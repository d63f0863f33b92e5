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

    package func pull(
        _ image: ImageReference, as credential: RegistryCredential?, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> String? {
        if let digest = image.digest, try await translatingRefusals({ try await self.image(image.text) }) != nil {
            return digest
        }
        do {
            try await fetch(image, as: credential, progress)
        } catch let error as HostingError where error.kind != .refused && error.kind != .unreachable {
            // Where no registry can be reached, images are brought to the node by hand.
            guard try await translatingRefusals({ try await self.image(image.text) }) != nil else { throw error }
        }
        let found = try await translatingRefusals { try await self.image(image.text) }
        let prefix = "\(image.name)@"
        return found?.repositoryDigests?.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    private func fetch(
        _ image: ImageReference, as credential: RegistryCredential?, _ progress: @Sendable (Double) -> Void
    ) async throws {
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
            for try await chunk in response.body {
                for line in try lines.take(chunk) {
                    guard let event = try? JSONDecoder().decode(PullEvent.self, from: line) else { continue }
                    if let error = event.error { throw HostingError(pulling: image, error) }
                    if let share = layers.take(event) { progress(share) }
                }
            }
        } catch let error as TransportError {
            throw HostingError(error)
        } catch let refusal as EngineRefusal {
            throw HostingError(pulling: image, refusal.message)
        }
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

/// How much of an image is there.
private struct PulledLayers {
    /// Bytes of each layer that are there, and all of it.
    private var layers: [String: (current: Int64, total: Int64)] = [:]
    private var told = -1.0

    /// - Returns: the share that is there, when it has grown by a hundredth.
    mutating func take(_ event: PullEvent) -> Double? {
        guard let id = event.id else { return nil }
        switch event.status {
        case "Downloading":
            guard let total = event.progressDetail?.total, total > 0 else { return nil }
            layers[id] = (event.progressDetail?.current ?? 0, total)
        case "Download complete", "Pull complete":
            guard let layer = layers[id] else { return nil }
            layers[id] = (layer.total, layer.total)
        default: return nil
        }
        let total = layers.values.reduce(0) { $0 + $1.total }
        let share = Double(layers.values.reduce(0) { $0 + $1.current }) / Double(max(total, 1))
        guard share >= told + 0.01 else { return nil }
        told = share
        return share
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
