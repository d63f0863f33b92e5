import Crypto
import Foundation
import HTTPTypes
import NIOCore
import TestSupport
import Testing
import Transport

/// What a registry has of a repository, changed the way Docker's client of this version can't.
struct PushedManifests {
    private static let manifestType = "application/vnd.docker.distribution.manifest.v2+json"
    private static let indexType = "application/vnd.docker.distribution.manifest.list.v2+json"

    private let transport: DirectTransport
    private let base: String

    /// - Parameter registry: `127.0.0.1:port`, without a password.
    init(_ registry: String, _ repository: String) throws {
        let port = try #require(registry.split(separator: ":").last.flatMap { Int($0) })
        transport = try DirectTransport(
            endpoint: RemoteEndpoint(address: .tcp(host: "127.0.0.1", port: port), usesTLS: false),
            client: DirectTransportClient())
        base = "/v2/\(repository)"
    }

    /// Makes one image of several, each for the architecture that its tag names.
    /// - Returns: the digest of the whole.
    func join(_ architectures: [String], as tag: String) async throws -> String? {
        var entries: [String] = []
        for architecture in architectures {
            let manifest = try await manifest(architecture)
            entries.append(
                """
                {"mediaType": "\(Self.manifestType)", "size": \(manifest.body.readableBytes),
                 "digest": "\(manifest.digest)", "platform": {"os": "linux", "architecture": "\(architecture)"}}
                """)
        }
        let index = """
            {"schemaVersion": 2, "mediaType": "\(Self.indexType)", "manifests": [\(entries.joined(separator: ","))]}
            """
        return try await put(ByteBuffer(string: index), tag, type: Self.indexType)
    }

    /// Lets an image say that it is for another architecture than it is.
    func relabel(_ tag: String, architecture: String) async throws {
        let manifest = String(buffer: try await manifest(tag).body)
        let parsed = try #require(try JSONSerialization.jsonObject(with: Data(manifest.utf8)) as? [String: Any])
        let config = try #require(parsed["config"] as? [String: Any])
        let digest = try #require(config["digest"] as? String)
        let blob = try await transport.send(RemoteRequest(target: "\(base)/blobs/\(digest)")).collect(upTo: 1 << 20)
        let changed = String(buffer: blob).replacing(
            /"architecture":"[a-z0-9]+"/, with: #""architecture":"\#(architecture)""#)
        let changedDigest = try await upload(changed)
        let size = try #require(config["size"] as? Int)
        let rewritten = manifest.replacing(digest, with: changedDigest)
            .replacing(try Regex("\"size\": *\(size)\\b"), with: "\"size\":\(changed.utf8.count)")
        _ = try await put(ByteBuffer(string: rewritten), tag, type: Self.manifestType)
    }

    // MARK: Asking

    private func manifest(_ tag: String) async throws -> (digest: String, body: ByteBuffer) {
        let answer = try await transport.send(
            RemoteRequest(target: "\(base)/manifests/\(tag)", headerFields: [.accept: Self.manifestType]))
        return (try #require(try digest(answer)), try await answer.collect(upTo: 1 << 20))
    }

    private func put(_ manifest: ByteBuffer, _ tag: String, type: String) async throws -> String? {
        let answer = try await transport.send(
            RemoteRequest(
                method: .put, target: "\(base)/manifests/\(tag)", headerFields: [.contentType: type],
                body: .bytes(manifest)))
        #expect(answer.status == .created)
        return try digest(answer)
    }

    private func upload(_ text: String) async throws -> String {
        let sum = sha256(text)
        let begun = try await transport.send(RemoteRequest(method: .post, target: "\(base)/blobs/uploads/"))
        let place = try #require(begun.headerFields[.location].flatMap { URLComponents(string: $0) })
        let query = "\(place.percentEncodedQuery.map { "\($0)&" } ?? "")digest=\(sum)"
        let answer = try await transport.send(
            RemoteRequest(
                method: .put, target: "\(place.percentEncodedPath)?\(query)",
                headerFields: [.contentType: "application/octet-stream"], body: .bytes(ByteBuffer(string: text))))
        #expect(answer.status == .created)
        return sum
    }

    private func digest(_ answer: RemoteResponse) throws -> String? {
        answer.headerFields[try #require(HTTPField.Name("Docker-Content-Digest"))]
    }

    private func sha256(_ text: String) -> String {
        "sha256:" + SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }
}
