package import ControlPlane
import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// The public API on its listener.
package struct ServerApplication: Service {
    private let application: Application<PlatformResponder>
    private let monitor: Monitor

    /// - Parameter onListening: told the port, once requests are answered.
    /// - Throws: what reading the TLS files throws.
    package init(
        _ plane: ControlPlane, configuration: ServerConfiguration, metrics: PrometheusMetrics, logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws {
        monitor = plane.monitor
        let isSecure = configuration.tls != nil
        let proxy = TunnelProxy(tunnel: plane.tunnel, timeout: configuration.proxyTimeout)
        let pages = EdgePages(
            tunnel: plane.tunnel, proxy: proxy, edgeDomain: configuration.edgeDomain.lowercased(), isSecure: isSecure)
        let responder = PlatformResponder(
            plane: plane, routes: RouteTable.routes(plane, pages: pages, isSecure: isSecure), pages: pages,
            tunnel: APIProxyResponder(access: plane.access, proxy: proxy, isSecure: isSecure),
            console: configuration.console.map(ConsoleResponder.init), metrics: metrics, isSecure: isSecure)
        let upgrades = TunnelUpgrades(
            access: plane.access, pages: pages, proxy: proxy, isSecure: isSecure, logger: logger)
        application = Application(
            responder: responder,
            server: .upgradable(upgrades, tls: try configuration.tls.map(Self.tlsConfiguration)),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil, backlog: 1024),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) }, logger: logger)
    }

    private static func tlsConfiguration(_ files: ServerConfiguration.TLSFiles) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(files.certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: files.privateKey, format: .pem)))
        tls.minimumTLSVersion = .tlsv12
        return tls
    }

    package func run() async throws {
        try await withGracefulShutdownHandler {
            try await application.run()
        } onGracefulShutdown: {
            monitor.endEvents()
        }
    }
}

/// Every route of the API.
enum RouteTable {
    static func routes(_ plane: ControlPlane, pages: EdgePages, isSecure: Bool) -> [Route] {
        AccessRoutes.routes(plane, isSecure: isSecure) + UserRoutes.routes(plane.accounts)
            + TenancyRoutes.routes(plane.tenancy) + ServiceRoutes.routes(plane) + TagRoutes.routes(plane.tags)
            + BatchRoutes.routes(plane.batches)
            + MonitorRoutes.routes(plane.monitor) + AuditRoutes.routes(plane.audit) + PlatformRoutes.routes(plane)
            + TunnelRoutes.routes(plane.tunnel, pages: pages)
    }
}

/// Opening services' own pages. The tunnel's proxied paths take any method and any path below them, so they stand
/// outside the table, in `APIProxyResponder`.
enum TunnelRoutes {
    static func routes(_ tunnel: ServiceTunnel, pages: EdgePages) -> [Route] {
        [
            .service(.get, "/services/{service}/open", "openService", .readThroughTunnel) { request, access in
                let ticket = try await tunnel.openPage(in: access)
                let place = pages.entrance(
                    of: access.serviceId, ticket: ticket, platform: request.request.head.authority)
                return Response(status: .found, headers: [.location: place])
            }
        ]
    }
}
