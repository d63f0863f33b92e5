import ControlPlane
import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// The tunnel under the API's own paths: any method to `/api/v1/services/{id}/proxy/...` and, as the reference product
/// has it, `/api/edgeservice/proxy/{id}/...`.
struct APIProxyResponder: Sendable {
    let access: AccessControl
    let proxy: TunnelProxy

    func respond(to request: Request, _ target: ProxyTarget, _ scope: RequestScope) async throws -> Response {
        let caller = RouteCaller(
            control: access, fields: request.headers, method: request.method, origin: scope.origin)
        // A service's page must not install a worker on the platform's origin.
        if request.headers[.serviceWorker] != nil {
            throw EdgewrightError(.permissionDenied, "Open the service's own page for this.")
        }
        let asksForUpgrade = request.headers.asksForWebSocket
        if asksForUpgrade, request.headers[.authorization] == nil { try SameOrigin.check(request.head, scope.origin) }
        let service = try await access.authorize(
            try await caller.authenticated(), Self.permission(for: request.method, asksForUpgrade: asksForUpgrade),
            service: target.service)
        // No cookie of the platform's origin is a service's business.
        let fields = ProxyFields.forService(
            request.headers, from: scope.origin, prefix: target.prefix, keepingCookiesExcept: nil)
        let errand = TunnelProxy.Errand(
            request: request, client: scope.client, target: target.target, fields: fields)
        return try await proxy.respond(to: errand, access: service) {
            ProxyFields.forPlatformOrigin($0, endpoint: $1, prefix: target.prefix)
        }
    }

    /// - Parameter asksForUpgrade: to a WebSocket. What goes through one can't be told to be reading only.
    static func permission(for method: HTTPRequest.Method, asksForUpgrade: Bool = false) -> Permission {
        (method == .get || method == .head) && !asksForUpgrade ? .readThroughTunnel : .writeThroughTunnel
    }
}

extension HTTPFields {
    /// Others, such as `h2c`, are offers that the answer may leave aside.
    var asksForWebSocket: Bool { self[.upgrade]?.lowercased().contains("websocket") ?? false }
}
