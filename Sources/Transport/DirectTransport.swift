import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOSSL

/// Reaches a peer by its address: TCP or Unix socket, with or without TLS.
package struct DirectTransport: Transport {
    private let endpoint: RemoteEndpoint
    private let shared: DirectTransportClient
    private let base: String
    private let authority: String
    private let tls: TLSConfiguration?

    /// - Throws: `TransportError` of kind `.invalidRequest` when a certificate of the endpoint can't be read.
    package init(endpoint: RemoteEndpoint, client: DirectTransportClient) throws {
        self.endpoint = endpoint
        shared = client
        base = endpoint.baseURL
        authority = endpoint.authority
        tls = try endpoint.tlsConfiguration()
    }

    package func send(_ request: RemoteRequest) async throws -> RemoteResponse {
        try Self.check(request.target)
        var outgoing = HTTPClientRequest(url: base + request.target)
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        outgoing.headers = HTTPHeaders(request.headerFields, authority: authority)
        if let limit = request.idleTimeout {
            outgoing.headers.add(name: SilenceHandler.fieldName, value: String(TimeAmount(limit).nanoseconds))
        }
        outgoing.tlsConfiguration = tls
        switch request.body {
        case .empty: break
        case .bytes(let buffer): outgoing.body = .bytes(buffer)
        case .stream(let stream, let length):
            outgoing.body = .stream(
                RequestBodyStream(stream: stream, group: shared.group), length: length.map { .known($0) } ?? .unknown)
        }
        do {
            let response = try await shared.client.execute(outgoing, timeout: TimeAmount(request.timeout))
            return RemoteResponse(
                status: HTTPResponse.Status(
                    code: Int(response.status.code), reasonPhrase: response.status.reasonPhrase),
                headerFields: HTTPFields(response.headers),
                body: ResponseBodyStream(body: response.body, peer: endpoint.peer))
        } catch {
            throw translation(request.timeout).translate(error)
        }
    }

    package func upgrade(_ request: RemoteRequest) async throws -> RemoteUpgrade {
        try Self.check(request.target)
        guard case .empty = request.body else {
            throw TransportError(.invalidRequest, "a request for an upgrade can't have a body")
        }
        var headers = HTTPHeaders(request.headerFields, authority: authority)
        headers.remove(name: "Content-Length")
        headers.remove(name: "Transfer-Encoding")
        let connection = UpgradeConnection(endpoint: endpoint, tls: tls, group: shared.group)
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method.rawValue),
            uri: endpoint.basePath + request.target, headers: headers)
        do {
            return try await connection.open(head, within: request.timeout)
        } catch {
            throw translation(request.timeout).translate(error)
        }
    }

    private func translation(_ timeout: Duration) -> ErrorTranslation {
        ErrorTranslation(peer: endpoint.peer, timeout: timeout, connectTimeout: min(timeout, shared.connectTimeout))
    }

    /// Blanks and control characters would end the request line early, and what follows a `#` never reaches the peer.
    private static func check(_ target: String) throws {
        let isSendable = target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
        guard target.utf8.first == UInt8(ascii: "/"), isSendable else {
            throw TransportError(.invalidRequest, "the path must begin with / and be percent-encoded")
        }
    }
}

extension HTTPHeaders {
    /// The fields with a `Host`, unless one is given.
    init(_ fields: HTTPFields, authority: String) {
        self.init()
        reserveCapacity(fields.count + 2)
        var hasHost = false
        for field in fields {
            hasHost = hasHost || field.name.canonicalName == "host"
            add(name: field.name.rawName, value: field.value)
        }
        if !hasHost { add(name: "Host", value: authority) }
    }
}

extension HTTPFields {
    /// A field whose name is no token (RFC 9110, section 5.1) is left out: it can't be passed on.
    init(_ headers: HTTPHeaders) {
        self.init()
        reserveCapacity(headers.count)
        for (name, value) in headers {
            guard let name = HTTPField.Name(name) else { continue }
            append(HTTPField(name: name, value: value))
        }
    }
}
