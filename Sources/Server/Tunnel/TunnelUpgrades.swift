import ControlPlane
import Fleet
import HTTPTypes
import Logging
import NIOCore
import Transport

/// WebSockets and other upgrades through the tunnel: the service is asked first, and what it agrees to is what the
/// client is told. From then on bytes are copied, whatever they mean.
struct TunnelUpgrades: UpgradeResponder {
    let access: AccessControl
    let pages: EdgePages
    let proxy: TunnelProxy
    let proxies: TrustedProxies
    let logger: Logger

    func upgrade(_ request: UpgradeRequest) async -> AcceptedUpgrade? {
        do {
            return try await accept(request)
        } catch {
            // The responder answers the same request with the reason.
            logger.debug("an upgrade was refused", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func accept(_ request: UpgradeRequest) async throws -> AcceptedUpgrade? {
        let head = request.head
        let origin = proxies.origin(
            of: head, peer: request.remoteAddress?.ipAddress ?? "", isSecure: request.isSecure)
        if let service = pages.service(of: origin.authority) {
            try SameOrigin.check(head, origin)
            // What goes through a WebSocket can't be told to be reading only.
            let granted = try await pages.access(
                head.headerFields, method: .post, service: service, from: origin)
            let fields = ProxyFields.forService(
                head.headerFields, from: origin, keepingCookiesExcept: EdgePages.platformCookies, keepsUpgrade: true)
            return try await open(request, granted, target: head.path ?? "/", fields)
        }
        guard let path = head.path, let target = ProxyTarget(path: path) else { return nil }
        let usesCookie = head.headerFields[.authorization] == nil
        if usesCookie { try SameOrigin.check(head, origin) }
        let caller = RouteCaller(
            control: access, fields: head.headerFields, method: head.method, origin: origin)
        let granted = try await access.authorize(
            try await caller.authenticated(), .writeThroughTunnel, service: target.service)
        let fields = ProxyFields.forService(
            head.headerFields, from: origin, prefix: target.prefix, keepingCookiesExcept: nil, keepsUpgrade: true)
        return try await open(request, granted, target: target.target, fields)
    }

    private func open(
        _ request: UpgradeRequest, _ granted: ServiceAccess, target: String, _ fields: HTTPFields
    ) async throws -> AcceptedUpgrade? {
        try ProxyTarget.checkTraversal(target)
        let route = try proxy.tunnel.route(in: granted)
        let remote = try await route.transport.upgrade(
            RemoteRequest(
                method: request.head.method, target: target,
                headerFields: try await proxy.authorized(fields, route, isBodyless: true), timeout: proxy.timeout))
        guard let channel = remote.channel else { return nil }
        // What goes through it can't be told to be reading only.
        proxy.tunnel.noteRequest("WebSocket", target, status: remote.response.status.code, in: granted)
        // What the new protocol needs, and nothing that could act on the origin.
        let answer = HTTPFields(
            remote.response.headerFields.filter { $0.name.canonicalName.hasPrefix("sec-websocket-") })
        let spoken = remote.response.headerFields[.upgrade]?.lowercased()
        return AcceptedUpgrade(
            protocolName: request.protocols.first { $0 == spoken } ?? request.protocols[0], headerFields: answer
        ) { client, _ in
            try await ByteTunnel.pump(.socket(client), channel)
            withExtendedLifetime(route.slot) {}
        }
    }
}
