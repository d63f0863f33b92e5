import HummingbirdCore
import NIOSSL

extension HTTPServerBuilder {
    /// One listener for HTTP/1.1, HTTP/2 where TLS is (ALPN), WebSocket and other upgrades. Connections that ask for an
    /// upgrade with their first request get `upgrades`'s decision; everything else goes to the router.
    static func upgradable(
        _ upgrades: any UpgradeResponder, tls: TLSConfiguration?, limits: ListenerConfiguration.Limits = .init()
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let http1 = UpgradableHTTP1Channel(
                responder: responder, upgrades: upgrades, limits: limits, isSecure: tls != nil)
            guard let tls else { return http1 }
            return try UpgradableTLSChannel(tls: tls, http1: http1)
        }
    }

    /// - Throws: what reading the TLS files throws.
    static func upgradable(
        _ upgrades: any UpgradeResponder, configuration: ListenerConfiguration
    ) throws -> HTTPServerBuilder {
        upgradable(upgrades, tls: try configuration.tls?.configuration(), limits: configuration.limits)
    }
}
