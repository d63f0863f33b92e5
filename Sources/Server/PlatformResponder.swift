import ControlPlane
import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Metrics
import NIOCore
import NIOHTTP1

/// Answers every request: services' pages by their host name, the tunnel by its paths, the console by what is not the
/// API's, everything else by the table.
struct PlatformResponder: HTTPResponder {
    typealias Context = RequestScope

    static let base = "/api/v1"

    let plane: ControlPlane
    let routes: [Route]
    let pages: EdgePages
    let tunnel: APIProxyResponder
    /// `nil` where no console is served at all.
    let console: ConsoleResponder?
    let metrics: PrometheusMetrics
    let agentPrograms: AgentPrograms
    let proxies: TrustedProxies
    let requestMetrics = RequestMetrics()

    func respond(to request: Request, context: RequestScope) async throws -> Response {
        let start = ContinuousClock.now
        let requestId = RequestID.of(request.headers)
        var context = context
        context.origin = proxies.origin(
            of: request.head, peer: context.remoteAddress, isSecure: context.origin.isSecure)
        var pattern = "unmatched"
        var response: Response
        do {
            response = try await answer(request, context, &pattern)
        } catch let error as HTTPParserError {
            // The listener answers what is not HTTP, and closes.
            throw error
        } catch {
            response = try problem(error, requestId: requestId, request: request, context: context)
        }
        response.headers[.xRequestID] = requestId
        requestMetrics.record(method: request.method, route: pattern, status: response.status, since: start)
        return response
    }

    private func answer(
        _ request: Request, _ context: RequestScope, _ pattern: inout String
    ) async throws -> Response {
        if let service = pages.service(of: context.origin.authority) {
            pattern = "page"
            return try await pages.respond(to: request, of: service, context)
        }
        if let target = ProxyTarget(path: request.head.path ?? "") {
            pattern = "tunnel"
            return try await tunnel.respond(to: request, target, context)
        }
        if var response = try await agentPrograms.respond(to: request, context) {
            pattern = "agent program"
            response.protectPlatformOrigin()
            return response
        }
        if var response = console?.respond(to: request) {
            pattern = "console"
            response.protectPlatformOrigin()
            return response
        }
        var response = try await answerFromTable(request, context, &pattern)
        response.protectPlatformOrigin()
        return response
    }

    private func answerFromTable(
        _ request: Request, _ context: RequestScope, _ pattern: inout String
    ) async throws -> Response {
        let path = request.uri.path
        if let response = try await PlatformEndpoints.respond(path, request.method, plane, metrics) {
            pattern = path
            return response
        }
        let segments = path.hasPrefix(Self.base + "/") ? path.dropFirst(Self.base.count).split(separator: "/") : []
        let method = request.method == .head ? .get : request.method
        let fitting = routes.compactMap { route in route.match(segments).map { (route, $0) } }
        // What a path spells out is nobody's parameter: `registries/check` is no registry.
        let fewest = fitting.map(\.1.count).min()
        let matches = fitting.filter { $0.1.count == fewest }
        guard let (route, parameters) = matches.first(where: { $0.0.method == method }) else {
            throw Self.noRoute(path, request.method, allowed: matches.map(\.0.method))
        }
        pattern = route.path
        let caller = RouteCaller(
            control: plane.access, fields: request.headers, method: request.method, origin: context.origin,
            idempotency: plane.idempotency)
        let routed = RouteRequest(request: request, parameters: parameters, context: context)
        let response = try await route.handle(routed, caller)
        return request.method == .head ? response.createHeadResponse() : response
    }

    static func noRoute(
        _ path: String, _ method: HTTPRequest.Method, allowed: [HTTPRequest.Method]
    ) -> any Error {
        guard !allowed.isEmpty else { return EdgewrightError(.notFound, "There is nothing at \(path.prefix(200)).") }
        let methods = allowed.flatMap { $0 == .get ? ["GET", "HEAD"] : [$0.rawValue] }.joined(separator: ", ")
        return ProtocolError(
            status: .methodNotAllowed, code: "methodNotAllowed",
            detail: "\(method) is not possible here; \(methods) are.",
            headerFields: [.allowMethods: methods])
    }

    private func problem(
        _ error: any Error, requestId: String, request: Request, context: RequestScope
    ) throws -> Response {
        var response: Response
        switch error {
        case let error as EdgewrightError:
            if error.code == .internal { log(error, requestId, request, context) }
            response = .problem(error, requestId: requestId)
        case let error as ProtocolError:
            response = .problem(error, requestId: requestId)
        case is CancellationError:
            response = .problem(
                EdgewrightError(.unavailable, "Edgewright is stopping.", retryAfter: .seconds(5)), requestId: requestId)
        case let error as HTTPError:
            response = Response(status: error.status)
        default:
            log(error, requestId, request, context)
            response = .problem(
                EdgewrightError(.internal, "Something failed.", cause: error), requestId: requestId)
        }
        response.protectPlatformOrigin()
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func log(_ error: any Error, _ requestId: String, _ request: Request, _ context: RequestScope) {
        context.logger.error(
            "a request failed",
            metadata: [
                "request": "\(requestId)", "method": "\(request.method)", "path": "\(request.uri.path)",
                "error": "\(error)",
            ])
    }
}

extension Response {
    /// Answers of the platform itself are data: nothing in them is to be run, framed or kept.
    fileprivate mutating func protectPlatformOrigin() {
        headers[.xContentTypeOptions] = "nosniff"
        headers[.referrerPolicy] = "no-referrer"
        headers[.xFrameOptions] = "DENY"
        if headers[.contentSecurityPolicy] == nil { headers[.contentSecurityPolicy] = "default-src 'none'" }
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
    }
}

/// The number under which a request is found in the log.
enum RequestID {
    static func of(_ fields: HTTPFields) -> String {
        if let given = fields[.xRequestID], (1...64).contains(given.utf8.count),
            given.utf8.allSatisfy({ ($0 > 47 && $0 < 58) || ($0 > 64 && $0 < 91) || ($0 > 96 && $0 < 123) || $0 == 45 })
        {
            return given
        }
        var generator = SystemRandomNumberGenerator()
        return String(generator.next() as UInt64, radix: 36)
    }
}
