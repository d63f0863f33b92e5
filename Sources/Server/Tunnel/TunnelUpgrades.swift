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
    let isSecure: Bool
    let logger: Logger

    func upgrade(_ request: UpgradeRequest) async -> AcceptedUpgrade? {
        do {
            return try await accept(request)
        } catch {
            // The router answers the same request with the reason.
            logger.debug("an upgrade was refused", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func accept(_ request: UpgradeRequest) async throws -> AcceptedUpgrade? {
        let head = request.head
        let address = request.remoteAddress?.ipAddress ?? ""
        if let service = pages.service(of: head.authority) {
            try SameOrigin.check(head)
            // What goes through a WebSocket can't be told to be reading only.
            let granted = try await pages.access(
                head.headerFields, method: .post, service: service, address: address)
            return try await open(
                request, granted, target: head.path ?? "/", prefix: "", ours: EdgePages.platformCookies)
        }
        guard let path = head.path, let target = ProxyTarget(path: path) else { return nil }
        let usesCookie = head.headerFields[.authorization] == nil
        if usesCookie { try SameOrigin.check(head) }
        let caller = RouteCaller(
            control: access, fields: head.headerFields, method: head.method, address: address, isSecure: isSecure)
        let granted = try await access.authorize(
            try await caller.authenticated(), .writeThroughTunnel, service: target.service)
        return try await open(request, granted, target: target.target, prefix: target.prefix, ours: nil)
    }

    private func open(
        _ request: UpgradeRequest, _ granted: ServiceAccess, target: String, prefix: String, ours: Set<String>?
    ) async throws -> AcceptedUpgrade? {
        try ProxyTarget.checkTraversal(target)
        let head = request.head
        let route = try proxy.tunnel.route(in: granted)
        let origin = ProxyFields.Origin(
            address: request.remoteAddress?.ipAddress ?? "", host: head.authority ?? "", isSecure: isSecure,
            prefix: prefix)
        let fields = ProxyFields.forService(
            head.headerFields, origin: origin, keepingCookiesExcept: ours, keepsUpgrade: true)
        let remote = try await route.transport.upgrade(
            RemoteRequest(
                method: head.method, target: target,
                headerFields: try await proxy.authorized(fields, route, isBodyless: true), timeout: proxy.timeout))
        guard let channel = remote.channel else { return nil }
        var answer = remote.response.headerFields
        for name in [HTTPField.Name.connection, .upgrade, .setCookie] { answer[name] = nil }
        return AcceptedUpgrade(
            protocolName: remote.response.headerFields[.upgrade] ?? request.protocols[0], headerFields: answer
        ) { client, _ in
            try await ByteTunnel.pump(client, channel)
            withExtendedLifetime(route.slot) {}
        }
    }
}
