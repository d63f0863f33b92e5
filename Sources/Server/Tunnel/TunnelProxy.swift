import ControlPlane
import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import Transport

/// Carries one request to a service and its answer back, neither held in memory as a whole.
struct TunnelProxy: Sendable {
    let tunnel: ServiceTunnel
    /// Until the head of the service's answer.
    let timeout: Duration

    /// What is to be carried.
    struct Errand {
        let request: Request
        let client: ClientConnection
        /// Path and query for the service.
        let target: String
        /// As the service is to see them, without its own authentication.
        let fields: HTTPFields
    }

    /// - Parameter rewrite: makes the fields of the answer fit the origin on which it is shown.
    func respond(
        to errand: Errand, access: ServiceAccess, rewrite: (HTTPFields, ServiceEndpoint) -> HTTPFields
    ) async throws -> Response {
        let (request, target, fields) = (errand.request, errand.target, errand.fields)
        try ProxyTarget.checkTraversal(target)
        let route = try tunnel.route(in: access)
        let outgoing = RemoteRequest(
            method: request.method, target: target,
            headerFields: try await authorized(fields, route, isBodyless: request.isBodyless),
            body: request.isBodyless ? .empty : .stream(request.body, length: request.contentLength),
            timeout: timeout, idleTimeout: nil)
        do {
            // What does not answer would otherwise keep its place, and the service's connection, until the time is up.
            let answer = try await errand.client.whilePresent { try await route.transport.send(outgoing) }
            note(request.method, target, answer.status, access)
            if answer.status == .unauthorized { await route.credentialRefused() }
            return response(answer, rewrite(answer.headerFields, route.endpoint), errand, route.slot)
        } catch let error as TransportError {
            note(request.method, target, nil, access)
            throw EdgewrightError(error, service: route.name)
        }
    }

    private func note(
        _ method: HTTPRequest.Method, _ target: String, _ status: HTTPResponse.Status?, _ access: ServiceAccess
    ) {
        guard method != .get, method != .head, method != .options else { return }
        tunnel.noteRequest(method.rawValue, target, status: status?.code, in: access)
    }

    func authorized(_ fields: HTTPFields, _ route: TunnelRoute, isBodyless: Bool) async throws -> HTTPFields {
        var fields = fields
        // The transport says the length itself, of the body that it really sends.
        fields[.contentLength] = nil
        let known = route.cachedCredentialFields
        let credential: HTTPFields
        if let known { credential = known } else { credential = try await route.credentialFields() }
        for field in credential { fields[field.name] = field.value }
        return fields
    }

    private func response(
        _ answer: RemoteResponse, _ fields: HTTPFields, _ errand: Errand, _ slot: TunnelSlot
    ) -> Response {
        let isHead = errand.request.method == .head
        let hasNoBody = isHead || answer.status == .noContent || answer.status == .notModified
        guard !hasNoBody else {
            var fields = fields
            // Of a HEAD answer it is that of the GET, and stays; here it has no business (RFC 9110, section 8.6).
            if answer.status == .noContent { fields[.contentLength] = nil }
            return Response(status: answer.status, headers: fields, body: ResponseBody { try await $0.finish(nil) })
        }
        if let received = answer.received {
            // In one write: the head, the body and the end.
            return Response(status: answer.status, headers: fields, body: ResponseBody(byteBuffer: received))
        }
        let length = fields[.contentLength].flatMap { Int($0) }
        return Response(
            status: answer.status, headers: fields,
            body: ResponseBody(contentLength: length) { [client = errand.client] writer in
                // A stream that is quiet would not notice that its client has gone.
                try await client.whilePresent {
                    for try await chunk in answer.body { try await writer.write(chunk) }
                }
                try await writer.finish(nil)
                withExtendedLifetime(slot) {}
            })
    }
}

extension Request {
    var contentLength: Int64? { headers[.contentLength].flatMap { Int64($0) } }

    /// Without a length and without chunks there is no body (RFC 9112, section 6.3); HTTP/2 has neither field, so
    /// there the method decides.
    var isBodyless: Bool {
        if let contentLength { return contentLength == 0 }
        if headers[.transferEncoding] != nil { return false }
        return method == .get || method == .head || method == .options || method == .delete
    }
}

extension EdgewrightError {
    /// What a failed exchange means for whoever asked.
    init(_ error: TransportError, service name: String) {
        switch error.kind {
        case .timedOut:
            self.init(.timedOut, "“\(name)” did not answer in time: \(error.message).", cause: error)
        case .invalidResponse, .bodyTooLarge:
            self.init(.badAnswer, "“\(name)” gave no valid answer: \(error.message).", cause: error)
        case .invalidRequest:
            self.init(.invalidInput, "This request can't be sent to “\(name)”: \(error.message).", cause: error)
        case .unknownHost, .connectionRefused, .pathDown, .tlsFailed, .connectionClosed:
            self.init(.unreachable, "“\(name)” can't be reached: \(error.message).", cause: error)
        }
    }
}
