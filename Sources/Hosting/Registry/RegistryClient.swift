package import Fleet
import Foundation
import HTTPTypes
import NIOCore
import NIOFoundationCompat
package import Transport

/// Asks a registry of images (OCI Distribution Specification 1.1) whether it accepts who we are and what it has.
package struct RegistryClient: Sendable {
    private static let timeout = Duration.seconds(15)
    private static let maximumAnswer = 4 << 20
    private static let mostRedirects = 3
    /// The hub's registry answers under a name of its own.
    private static let hubHost = "registry-1.docker.io"
    private static let manifestTypes = [
        "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
    ]

    private let address: String
    private let plainHTTP: Bool
    private let credential: RegistryCredential?
    private let connect: @Sendable (RemoteEndpoint) throws -> any Transport

    /// - Parameters:
    ///   - address: `host` or `host:port`.
    ///   - connect: makes the way to the registry, and to who gives out its tokens.
    package init(
        address: String, plainHTTP: Bool, credential: RegistryCredential?,
        connect: @escaping @Sendable (RemoteEndpoint) throws -> any Transport
    ) {
        self.address = address == ImageReference.hub ? Self.hubHost : address
        self.plainHTTP = plainHTTP
        self.credential = credential
        self.connect = connect
    }

    /// Whether the registry is there and accepts the credentials.
    package func check() async -> RegistryCheck {
        do {
            let answer = try await get("/v2/", scope: nil)
            switch answer.status {
            case 200: return RegistryCheck(ok: true)
            case 401, 403: return RegistryCheck(ok: false, reason: refusal)
            default:
                return RegistryCheck(
                    ok: false, reason: "\(address) answered with status \(answer.status): it is no registry of images")
            }
        } catch {
            return RegistryCheck(ok: false, reason: words(error))
        }
    }

    /// Whether the registry has the image, and for which machines.
    package func look(up image: ImageReference) async -> ImageCheck {
        do {
            let base = "/v2/\(image.repository)"
            let scope = "repository:\(image.repository):pull"
            let accept = Self.manifestTypes.joined(separator: ", ")
            let reference = image.digest ?? image.tag ?? "latest"
            let answer = try await get("\(base)/manifests/\(reference)", scope: scope, accept: accept)
            switch answer.status {
            case 200: break
            case 401, 403: return ImageCheck(found: false, reason: refusal)
            case 404:
                return ImageCheck(found: false, reason: "image \(image) was not found in registry \(image.registry)")
            default: return ImageCheck(found: false, reason: "\(address) answered with status \(answer.status)")
            }
            let manifest = try JSONDecoder().decode(Manifest.self, from: Data(buffer: answer.body))
            return ImageCheck(
                found: true, digest: image.digest ?? Self.digest(answer.fields[.contentDigest]),
                architectures: try await architectures(of: manifest, below: base, scope: scope))
        } catch {
            return ImageCheck(found: false, reason: words(error))
        }
    }

    private func architectures(of manifest: Manifest, below base: String, scope: String) async throws -> [String] {
        if let entries = manifest.manifests {
            // Attestations stand in the same list, for no machine at all.
            return entries.compactMap(\.platform).filter { $0.os != "unknown" }.map(\.description)
        }
        guard let digest = manifest.config?.digest, digest.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil else {
            return []
        }
        var answer = try await get("\(base)/blobs/\(digest)", scope: scope)
        // Large registries hand their blobs out elsewhere.
        for _ in 0..<Self.mostRedirects where (300..<400).contains(answer.status) {
            guard let location = answer.fields[.location], let next = try await follow(location) else { return [] }
            answer = next
        }
        // Nothing else hangs on this.
        guard answer.status == 200 else { return [] }
        return [try JSONDecoder().decode(Platform.self, from: Data(buffer: answer.body)).description]
    }

    /// It becomes part of paths and commands.
    private static func digest(_ text: String?) -> String? {
        text.flatMap { $0.wholeMatch(of: /sha256:[0-9a-f]{64}/) == nil ? nil : $0 }
    }

    /// Asks without credentials: they are the registry's own.
    /// - Returns: `nil` for an address that is not to be followed: in the clear, where the registry is not.
    private func follow(_ location: String) async throws -> Answer? {
        guard let url = URLComponents(string: location), let scheme = url.scheme?.lowercased(), let host = url.host,
            scheme == "https" || (scheme == "http" && plainHTTP), url.user == nil, url.password == nil
        else { return nil }
        let place = try endpoint("\(host)\(url.port.map { ":\($0)" } ?? "")", isPlain: scheme == "http")
        let target =
            (url.percentEncodedPath.isEmpty ? "/" : url.percentEncodedPath)
            + (url.percentEncodedQuery.map { "?\($0)" } ?? "")
        return try await get(target, over: try connect(place), accept: nil, authorization: nil)
    }

    // MARK: Asking

    private struct Answer {
        let status: Int
        let fields: HTTPFields
        let body: ByteBuffer
    }

    /// Asks, and asks again with what the registry wants to see.
    private func get(_ target: String, scope: String?, accept: String? = nil) async throws -> Answer {
        let transport = try connect(try endpoint(address, isPlain: plainHTTP))
        let first = try await get(target, over: transport, accept: accept, authorization: nil)
        guard first.status == 401, let challenge = first.fields[.wwwAuthenticate] else { return first }
        guard let authorization = try await authorization(challenge, scope: scope) else { return first }
        return try await get(target, over: transport, accept: accept, authorization: authorization)
    }

    private func get(
        _ target: String, over transport: any Transport, accept: String?, authorization: String?
    ) async throws -> Answer {
        var request = RemoteRequest(target: target, timeout: Self.timeout)
        request.headerFields[.accept] = accept
        request.headerFields[.authorization] = authorization
        let response = try await transport.send(request)
        return Answer(
            status: response.status.code, fields: response.headerFields,
            body: try await response.collect(upTo: Self.maximumAnswer, within: Self.timeout))
    }

    /// - Returns: `nil` when there is nothing that could be shown.
    private func authorization(_ challenge: String, scope: String?) async throws -> String? {
        let basic = credential.map {
            "Basic " + Data("\($0.username):\($0.password)".utf8).base64EncodedString()
        }
        if challenge.lowercased().hasPrefix("basic") { return basic }
        guard let bearer = BearerChallenge(challenge) else { return nil }
        guard let realm = try? ServiceEndpoint(bearer.realm),
            realm.scheme == .https || (realm.scheme == .http && plainHTTP)
        else {
            throw TransportError(.invalidResponse, "\(address) names a place for tokens that can't be asked safely")
        }
        var query = "service=\(DockerClient.quoted(bearer.service))"
        if let scope { query += "&scope=\(DockerClient.quoted(scope))" }
        let transport = try connect(
            RemoteEndpoint(address: .tcp(host: realm.host, port: realm.port), usesTLS: realm.scheme == .https))
        let answer = try await get(
            "\(realm.basePath.isEmpty ? "/" : realm.basePath)?\(query)", over: transport, accept: nil,
            authorization: basic)
        guard answer.status == 200 else { return nil }
        let grant = try JSONDecoder().decode(TokenGrant.self, from: Data(buffer: answer.body))
        return (grant.token ?? grant.accessToken).map { "Bearer \($0)" }
    }

    private func endpoint(_ address: String, isPlain: Bool) throws -> RemoteEndpoint {
        let parsed = try ServiceEndpoint("\(isPlain ? "http" : "https")://\(address)")
        return RemoteEndpoint(address: .tcp(host: parsed.host, port: parsed.port), usesTLS: !isPlain)
    }

    // MARK: Words

    private var refusal: String {
        credential == nil
            ? "\(address) wants a user name and a password" : "\(address) refuses the user name or the password"
    }

    private func words(_ error: any Error) -> String {
        switch error {
        case let error as TransportError: error.message
        case let error as EdgewrightError: error.message
        default: "\(address) answered with something that is no answer of a registry"
        }
    }
}

/// `Bearer realm="https://auth.example.com/token",service="registry.example.com"` (RFC 6750, section 3).
struct BearerChallenge {
    let realm: String
    let service: String

    init?(_ text: String) {
        guard text.lowercased().hasPrefix("bearer ") else { return nil }
        var parts: [String: String] = [:]
        for match in text.matches(of: /([A-Za-z]+)="([^"]*)"/) { parts[match.1.lowercased()] = String(match.2) }
        guard let realm = parts["realm"] else { return nil }
        self.realm = realm
        service = parts["service"] ?? ""
    }
}

private struct TokenGrant: Decodable {
    let token: String?
    let accessToken: String?

    private enum CodingKeys: String, CodingKey {
        case token
        case accessToken = "access_token"
    }
}

/// An image's manifest, or the index of several.
private struct Manifest: Decodable {
    struct Entry: Decodable {
        let platform: Platform?
    }

    struct Configuration: Decodable {
        let digest: String
    }

    let manifests: [Entry]?
    let config: Configuration?
}

private struct Platform: Decodable, CustomStringConvertible {
    let architecture: String
    let os: String
    let variant: String?

    var description: String { ([os, architecture] + (variant.map { [$0] } ?? [])).joined(separator: "/") }
}

extension HTTPField.Name {
    fileprivate static let contentDigest = HTTPField.Name("Docker-Content-Digest") ?? .contentType
}
