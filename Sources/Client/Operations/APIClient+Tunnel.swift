import AsyncHTTPClient
package import Fleet
package import NIOCore
package import NIOHTTP1

/// A request to a service's own API.
package struct TunnelRequest: Sendable {
    package enum Body: Sendable {
        case none
        case bytes(ByteBuffer)
        case file(FileBytes)
    }

    package var method: HTTPMethod
    /// As the service knows it: path and query, percent-encoded; a slash in front is not needed.
    package var target: String
    package var headers: [(name: String, value: String)]
    package var body: Body
    /// Of the body, unless `headers` has one.
    package var contentType: String

    package init(
        method: HTTPMethod, target: String, headers: [(name: String, value: String)] = [], body: Body = .none,
        contentType: String = "application/json"
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.contentType = contentType
    }
}

/// What came back: from the service, or from the platform when it could not reach it.
package struct TunnelResponse: Sendable {
    package var status: HTTPResponseStatus
    package var headers: HTTPHeaders
    package var body: APIByteStream
}

extension APIClient {
    /// The platform itself waits 30 s for a service; this is for long uploads through it.
    private static let tunnelTimeout = Duration.seconds(600)

    /// Asks a service through the platform; every status is an answer.
    package func proxyService(_ id: Identifier<EdgeService>, _ tunnel: TunnelRequest) async throws -> TunnelResponse {
        let target = tunnel.target.drop { $0 == "/" }
        guard target.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "#") }) else {
            throw EdgewrightError.invalid("path", "must be percent-encoded")
        }
        var request = APIRequest(
            tunnel.method, path: "/api/v1/services/\(id.rawValue.percentEncoded)/proxy/\(target)")
        request.headers = tunnel.headers
        request.accept = "*/*"
        switch tunnel.body {
        case .none: break
        case .bytes(let buffer): request.body = .bytes(buffer, contentType: tunnel.contentType)
        case .file(let file):
            let length = file.count.map { HTTPClientRequest.Body.Length.known($0) } ?? .unknown
            request.body = .stream(.stream(file, length: length), contentType: tunnel.contentType)
        }
        let response = try await execute(request, on: connections.patient, timeout: Self.tunnelTimeout)
        return TunnelResponse(
            status: response.status, headers: response.headers,
            body: APIByteStream(body: response.body, server: address))
    }

    /// The address of a service's own web page, good for one visit within 30 seconds.
    package func openService(_ id: Identifier<EdgeService>) async throws -> String {
        let request = APIRequest(.GET, "services", id.rawValue, "open")
        let (headers, _) = try await exchange(request, expecting: 302..<303)
        guard let location = headers.first(name: "Location") else {
            throw APIConnectionError(.notUnderstood, "\(address) did not say where the page is.")
        }
        return location
    }
}
