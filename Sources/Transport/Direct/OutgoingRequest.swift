import HTTPTypes
import NIOCore
import NIOHTTP1

/// A request as it goes on the wire: framed, with its `Host`.
struct OutgoingRequest: Sendable {
    let head: HTTPRequestHead
    let body: RemoteBody
    let timeout: Duration
    let idleTimeout: Duration?

    init(_ request: RemoteRequest, basePath: String, authority: String) {
        var headers = HTTPHeaders()
        headers.reserveCapacity(request.headerFields.count + 2)
        var hasHost = false
        for field in request.headerFields {
            // How long the body is, only the body itself knows.
            if field.name == .contentLength || field.name == .transferEncoding { continue }
            hasHost = hasHost || field.name.canonicalName == "host"
            headers.add(name: field.name.rawName, value: field.value)
        }
        if !hasHost { headers.add(name: "Host", value: authority) }
        if let framing = Self.framing(of: request.body, method: request.method) {
            headers.add(name: framing.name, value: framing.value)
        }
        head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method.rawValue), uri: basePath + request.target,
            headers: headers)
        body = request.body
        timeout = request.timeout
        idleTimeout = request.idleTimeout
    }

    /// RFC 9112, section 6: a length where it is known, chunks where it is not, neither for a method that has no body.
    private static func framing(
        of body: RemoteBody, method: HTTPRequest.Method
    ) -> (name: String, value: String)? {
        switch body {
        case .empty:
            method == .post || method == .put || method == .patch ? ("Content-Length", "0") : nil
        case .bytes(let bytes): ("Content-Length", String(bytes.readableBytes))
        case .stream(_, let length?): ("Content-Length", String(length))
        case .stream(_, nil): ("Transfer-Encoding", "chunked")
        }
    }

    /// May be sent again when a kept connection turned out to be dead (RFC 9110, section 9.2.2): nothing of the body
    /// is used up, and twice does what once does.
    var isRepeatable: Bool {
        if case .stream = body { return false }
        return switch head.method {
        case .GET, .HEAD, .OPTIONS, .TRACE, .PUT, .DELETE: true
        default: false
        }
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
