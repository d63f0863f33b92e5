import AsyncHTTPClient
import Fleet
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// One request, before it knows the server.
struct APIRequest: Sendable {
    enum Body: Sendable {
        case none
        case bytes(ByteBuffer, contentType: String)
        case stream(HTTPClientRequest.Body, contentType: String)
    }

    var method: HTTPMethod
    /// Percent-encoded, begins with `/`.
    var path: String
    var query: [(name: String, value: String)] = []
    var headers: [(name: String, value: String)] = []
    var accept = "application/json"
    var body = Body.none

    /// A request under `/api/v1`; each segment is encoded by itself, so that an id with a slash in it stays one segment.
    init(_ method: HTTPMethod, _ segments: String..., query: [(name: String, value: String)] = []) {
        self.init(method, path: "/api/v1/" + segments.map(\.percentEncoded).joined(separator: "/"))
        self.query = query
    }

    init(_ method: HTTPMethod, path: String) {
        self.method = method
        self.path = path
    }

    func sending(_ value: some Encodable) throws -> APIRequest {
        var request = self
        let data = try JSONEncoder().encode(value)
        request.body = .bytes(ByteBuffer(data: data), contentType: "application/json")
        return request
    }

    var changesNothing: Bool { method == .GET || method == .HEAD }

    /// Whether sending it twice is as good as once.
    var mayBeRepeated: Bool { changesNothing || headers.contains { $0.name == Self.idempotencyKey } }

    private static let idempotencyKey = "Idempotency-Key"

    /// Carried out once by the server however often it arrives, so that it may be sent again after a broken connection.
    func once() -> APIRequest {
        var request = self
        request.headers.append((Self.idempotencyKey, UUID().uuidString))
        return request
    }

    func outgoing(server: ServerAddress, credential: APICredential) -> HTTPClientRequest {
        var url = server.base + path
        if !query.isEmpty {
            url += (path.contains("?") ? "&" : "?")
            url += query.map { "\($0.name.percentEncoded)=\($0.value.percentEncoded)" }.joined(separator: "&")
        }
        var outgoing = HTTPClientRequest(url: url)
        outgoing.method = method
        for (name, value) in headers { outgoing.headers.add(name: name, value: value) }
        addStandardHeaders(to: &outgoing.headers, credential)
        switch body {
        case .none: break
        case .bytes(let buffer, let contentType):
            outgoing.setContentType(contentType)
            outgoing.body = .bytes(buffer)
        case .stream(let stream, let contentType):
            outgoing.setContentType(contentType)
            outgoing.body = stream
        }
        return outgoing
    }

    private func addStandardHeaders(to headers: inout HTTPHeaders, _ credential: APICredential) {
        if !headers.contains(name: "Accept") { headers.add(name: "Accept", value: accept) }
        if !headers.contains(name: "User-Agent") { headers.add(name: "User-Agent", value: APIClient.userAgent) }
        switch credential {
        case .none: break
        case .token(let token): headers.replaceOrAdd(name: "Authorization", value: "Bearer \(token)")
        case .session(let cookie, let csrfToken):
            headers.replaceOrAdd(name: "Cookie", value: cookie)
            if !changesNothing { headers.replaceOrAdd(name: "X-CSRF-Token", value: csrfToken) }
        }
    }
}

extension APIClient {
    static let userAgent = "edgewright-client/1"
}

extension HTTPClientRequest {
    fileprivate mutating func setContentType(_ contentType: String) {
        if !headers.contains(name: "Content-Type") { headers.add(name: "Content-Type", value: contentType) }
    }
}

extension String {
    /// RFC 3986: everything but the unreserved characters, and so safe in a path segment and in a query alike.
    var percentEncoded: String {
        var encoded = ""
        encoded.reserveCapacity(utf8.count)
        for byte in utf8 {
            let scalar = Unicode.Scalar(byte)
            if scalar.isASCII,
                scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-._~".contains(Character(scalar))
            {
                encoded.unicodeScalars.append(scalar)
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                encoded += hex.utf8.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return encoded
    }
}
