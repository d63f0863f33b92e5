package import ControlPlane
import Fleet
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import Synchronization

/// The public API on its listeners.
package struct ServerApplication: Service {
    /// On which they listen.
    package struct Ports: Sendable {
        package let main: Int
        /// `nil` where there is no local listener.
        package let local: Int?

        package var all: [Int] { [main] + (local.map { [$0] } ?? []) }
    }

    private let listeners: [Listener<PlatformResponder>]
    private let monitor: Monitor
    private let certificate: ServerCertificate?
    private let certificateInterval: Duration
    private let logger: Logger

    /// - Parameter onListening: called once, when requests are answered.
    /// - Throws: `.invalidInput` when the TLS files can't be used.
    package init(
        _ plane: ControlPlane, configuration: ServerConfiguration, metrics: PrometheusMetrics, logger: Logger,
        onListening: @escaping @Sendable (Ports) async -> Void = { _ in }
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
            agentPrograms: configuration.agentPrograms, proxies: configuration.trustedProxies)
        let upgrades = UpgradeResponders(responders: [
            AgentUpgrades(acceptor: plane.agentAcceptor, proxies: configuration.trustedProxies),
            TunnelUpgrades(
                access: plane.access, pages: pages, proxy: proxy, proxies: configuration.trustedProxies,
                logger: logger),
        ])
        let opening = OpeningPorts(hasLocal: configuration.local != nil, onListening)
        func listener(
            _ address: ServerConfiguration.Address, _ tls: TLSConfiguration?, _ which: OpeningPorts.Which
        ) -> Listener<PlatformResponder> {
            Listener(
                responder: responder, upgrades: upgrades, address: .hostname(address.host, port: address.port),
                tls: tls,
                logger: logger
            ) { await opening.note(which, $0.localAddress?.port ?? 0) }
        }
        var listeners = [listener(configuration.address, certificate?.configuration, .main)]
        if let local = configuration.local { listeners.append(listener(local, nil, .local)) }
        self.listeners = listeners
    }

    package func run() async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { await certificate?.watch(every: certificateInterval, logger: logger) }
                try await withThrowingDiscardingTaskGroup { group in
                    for listener in listeners { group.addTask { try await listener.run() } }
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            monitor.endEvents()
        }
    }
}

/// Waits until all listen.
private final class OpeningPorts: Sendable {
    enum Which { case main, local }

    private let hasLocal: Bool
    private let onListening: @Sendable (ServerApplication.Ports) async -> Void
    private let known = Mutex<[Which: Int]>([:])

    init(hasLocal: Bool, _ onListening: @escaping @Sendable (ServerApplication.Ports) async -> Void) {
        self.hasLocal = hasLocal
        self.onListening = onListening
    }

    func note(_ which: Which, _ port: Int) async {
        let known = known.withLock { known in
            known[which] = port
            return known
        }
        guard let main = known[.main], !hasLocal || known[.local] != nil else { return }
        await onListening(ServerApplication.Ports(main: main, local: known[.local]))
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
