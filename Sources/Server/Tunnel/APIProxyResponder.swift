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
    let isSecure: Bool

    func respond(to request: Request, _ target: ProxyTarget, _ scope: RequestScope) async throws -> Response {
        let caller = RouteCaller(
            control: access, fields: request.headers, method: request.method, address: scope.remoteAddress,
            isSecure: isSecure)
        // A service's page must not install a worker on the platform's origin.
        if request.headers[.serviceWorker] != nil {
            throw EdgewrightError(.permissionDenied, "Open the service's own page for this.")
        }
        let service = try await access.authorize(
            try await caller.authenticated(), Self.permission(for: request.method), service: target.service)
        let origin = ProxyFields.Origin(
            address: scope.remoteAddress, host: request.head.authority ?? "", isSecure: isSecure,
            prefix: target.prefix)
        // No cookie of the platform's origin is a service's business.
        let fields = ProxyFields.forService(request.headers, origin: origin, keepingCookiesExcept: nil)
        return try await proxy.respond(to: request, target: target.target, access: service, fields: fields) {
            ProxyFields.forPlatformOrigin($0, endpoint: $1, prefix: target.prefix)
        }
    }

    static func permission(for method: HTTPRequest.Method) -> Permission {
        method == .get || method == .head ? .readThroughTunnel : .writeThroughTunnel
    }
}
