package import ControlPlane
import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle

/// The public API on its listener.
package struct ServerApplication: Service {
    private let application: Application<PlatformResponder>
    private let monitor: Monitor
    private let certificate: ServerCertificate?
    private let certificateInterval: Duration
    private let logger: Logger

    /// - Parameter onListening: told the port, once requests are answered.
    /// - Throws: `.invalidInput` when the TLS files can't be used.
    package init(
        _ plane: ControlPlane, configuration: ServerConfiguration, metrics: PrometheusMetrics, logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws {
        monitor = plane.monitor
        certificate = try configuration.tls.map(ServerCertificate.init)
        certificateInterval = configuration.certificateInterval
        self.logger = logger
        let proxy = TunnelProxy(tunnel: plane.tunnel, timeout: configuration.proxyTimeout)
        let pages = EdgePages(
            tunnel: plane.tunnel, proxy: proxy, edgeDomain: configuration.edgeDomain.lowercased())
        let responder = PlatformResponder(
            plane: plane, routes: RouteTable.routes(plane, pages: pages), pages: pages,
            tunnel: APIProxyResponder(access: plane.access, proxy: proxy),
            console: configuration.console.map(ConsoleResponder.init), metrics: metrics,
            agentPrograms: configuration.agentPrograms, proxies: configuration.trustedProxies,
            isSecure: configuration.tls != nil)
        let upgrades = UpgradeResponders(responders: [
            AgentUpgrades(acceptor: plane.agentAcceptor, proxies: configuration.trustedProxies),
            TunnelUpgrades(
                access: plane.access, pages: pages, proxy: proxy, proxies: configuration.trustedProxies,
                logger: logger),
        ])
        application = Application(
            responder: responder,
            server: .upgradable(upgrades, tls: certificate?.configuration),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil, backlog: 1024),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) }, logger: logger)
    }

    package func run() async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { await certificate?.watch(every: certificateInterval, logger: logger) }
                try await application.run()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            monitor.endEvents()
        }
    }
}

/// Every route of the API.
enum RouteTable {
    static func routes(_ plane: ControlPlane, pages: EdgePages) -> [Route] {
        AccessRoutes.routes(plane) + UserRoutes.routes(plane.accounts)
            + TenancyRoutes.routes(plane.tenancy) + ServiceRoutes.routes(plane) + TagRoutes.routes(plane.tags)
            + BatchRoutes.routes(plane.batches) + HostRoutes.routes(plane.hosts)
            + HostedServiceRoutes.routes(plane.hostedServices) + ImageRoutes.routes(plane)
            + AgentRoutes.routes(plane) + AgentSessionRoutes.routes(plane)
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
                let place = pages.entrance(of: access.serviceId, ticket: ticket, from: request.context.origin)
                return Response(status: .found, headers: [.location: place])
            }
        ]
    }
}
