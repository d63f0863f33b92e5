import ControlPlane
import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// Services' own pages, each on an origin of its own: `{id}.<edge domain>`. What runs there can't act as the user
/// towards the platform, nor change anything through another service's page.
struct EdgePages: Sendable {
    static let entrancePath = "/.edgewright/enter"

    let tunnel: ServiceTunnel
    let proxy: TunnelProxy
    let edgeDomain: String

    /// Ours, however we are served: none is a service's business, and none may be set by one.
    static let platformCookies: Set<String> = [
        "edgewright_page", "__Host-edgewright_page", "edgewright_session", "__Host-edgewright_session",
    ]

    private func cookieName(isSecure: Bool) -> String {
        isSecure ? "__Host-edgewright_page" : "edgewright_page"
    }

    /// The service whose page a host name stands for.
    func service(of authority: String) -> Identifier<EdgeService>? {
        guard authority.utf8.count > 27 + edgeDomain.utf8.count - 1 else { return nil }
        let host = authority.prefix { $0 != ":" }.lowercased()
        guard host.hasSuffix("." + edgeDomain), host.utf8.count == 27 + edgeDomain.utf8.count else { return nil }
        return Identifier(rawValue: String(host.prefix(26)))
    }

    /// Where the browser goes to open a page.
    func entrance(of service: Identifier<EdgeService>, ticket: String, from origin: RequestOrigin) -> String {
        // The port is the one that the browser asked.
        let authority = origin.authority
        let port = authority.lastIndex(of: ":").map { authority[$0...] }.flatMap { $0.hasSuffix("]") ? nil : $0 } ?? ""
        let scheme = origin.isSecure ? "https" : "http"
        return "\(scheme)://\(service).\(edgeDomain)\(port)\(Self.entrancePath)?ticket=\(ticket)"
    }

    func respond(
        to request: Request, of service: Identifier<EdgeService>, _ scope: RequestScope
    ) async throws -> Response {
        if request.uri.path == Self.entrancePath { return try await enter(request, service, scope.origin) }
        let changes =
            APIProxyResponder.permission(for: request.method, asksForUpgrade: request.headers.asksForWebSocket).changes
        if changes { try SameOrigin.check(request.head, scope.origin) }
        let access = try await access(
            request.headers, method: request.method, service: service, from: scope.origin)
        let fields = ProxyFields.forService(
            request.headers, from: scope.origin, keepingCookiesExcept: Self.platformCookies)
        let errand = TunnelProxy.Errand(
            request: request, client: scope.client, target: request.head.path ?? "/", fields: fields)
        return try await proxy.respond(to: errand, access: access) {
            ProxyFields.forPageOrigin($0, endpoint: $1, ours: Self.platformCookies)
        }
    }

    func access(
        _ fields: HTTPFields, method: HTTPRequest.Method, service: Identifier<EdgeService>, from origin: RequestOrigin
    ) async throws -> ServiceAccess {
        guard let secret = Cookies.value(of: cookieName(isSecure: origin.isSecure), in: fields) else {
            throw EdgewrightError(.unauthenticated, "Open this service's page from Edgewright.")
        }
        return try await tunnel.pageAccess(
            secret: secret, service: service, permission: APIProxyResponder.permission(for: method),
            address: origin.address)
    }

    private func enter(
        _ request: Request, _ service: Identifier<EdgeService>, _ origin: RequestOrigin
    ) async throws -> Response {
        let ticket = request.uri.queryParameters["ticket"].map(String.init) ?? ""
        let session = try await tunnel.enterPage(ticket: ticket, service: service)
        let attributes = "Path=/; HttpOnly; SameSite=Lax" + (origin.isSecure ? "; Secure" : "")
        let cookie = "\(cookieName(isSecure: origin.isSecure))=\(session.secret); \(attributes)"
        let fields: HTTPFields = [
            .location: "/", .setCookie: cookie, .cacheControl: "no-store", .referrerPolicy: "no-referrer",
        ]
        return Response(status: .found, headers: fields)
    }
}
