import Drivers
package import Fleet
import NIOPosix
package import ServiceLifecycle
import Store
package import Transport

/// What a control plane is made from.
package struct ControlPlaneConfiguration: Sendable {
    package var monitor: MonitorConfiguration
    /// scrypt's cost; lower in tests only.
    package var passwordCost: Int
    /// What one account may have under way through the tunnel at once.
    package var tunnelRequestsPerAccount = 200
    /// Between two looks at a host.
    package var hostInterval = Duration.seconds(10)
    /// Whether agents may come without a token, to be claimed.
    package var takesUnmanagedAgents = true
    /// PEM of who signs the certificates of other control planes; the system's authorities when absent.
    package var peerAuthorities: String?
    /// How many agents are let in at once.
    package var agentAdmission = AdmissionControl.Limits.standard

    package init(monitor: MonitorConfiguration = MonitorConfiguration(), passwordCost: Int = 15) {
        self.monitor = monitor
        self.passwordCost = passwordCost
    }
}

/// The use cases, wired: all that the server and the commands may use.
package struct ControlPlane: Sendable {
    package let access: AccessControl
    package let accounts: Accounts
    package let tenancy: Tenancy
    package let services: ServiceCatalog
    package let serviceImport: ServiceImporter
    package let tags: TagCatalog
    package let batches: BatchCatalog
    package let hosts: HostCatalog
    package let images: ImageCatalog
    package let registries: RegistryCatalog
    package let workloadDefaults: WorkloadDefaultsCatalog
    package let hostedServices: HostedServices
    package let audit: AuditLog
    package let monitor: Monitor
    package let tunnel: ServiceTunnel
    package let agents: AgentCatalog
    package let agentEnrollment: AgentEnrollment
    package let agentAcceptor: AgentAcceptor
    package let enrollmentTokens: EnrollmentTokens
    package let edgeKeys: EdgeKeys
    package let firstAdministrator: FirstAdministrator
    package let idempotency: IdempotentRequests
    /// What containers carry that this platform has made.
    package var platformName: String { edgeKeys.platformName }
    /// To be run for as long as the control plane lives, stopped from the last to the first.
    package var longRunning: [any Service] {
        let always: [any Service] = [
            IdempotencyReconciler(requests: idempotency), monitorService, hostMonitor, batchEngine,
            TunnelAuditWriter(audit: tunnel.audit, logger: context.logger),
            // The roster ends first: who has said goodbye must not be there again.
            agentAcceptor.presence, roster,
        ]
        guard context.database.dialect.hasNotifications else { return always }
        return always
            + [ChangeListener(monitor: monitor, loader: monitorService.loader, agents: agentAcceptor.changes)]
    }

    /// Where the other control planes on the same store reach this one: `http://10.0.0.5:8080`.
    package func advertise(_ url: String) async { await roster.advertise(url) }
    let monitorService: MonitorService
    let batchEngine: BatchEngine
    private let hostMonitor: HostMonitor
    private let roster: ControlPlaneRoster
    private let context: ControlPlaneContext

    /// Reads the fleet from the store and makes what the first start needs.
    package static func make(
        _ context: ControlPlaneContext, sealingKey: SealingKey, transport: DirectTransportClient,
        configuration: ControlPlaneConfiguration
    ) async throws -> ControlPlane {
        let keys = try await EdgeKeys.load(context, sealingKey: sealingKey)
        let signer = try await EdgeTokenSigner(
            privatePEM: keys.privatePEM, issuer: EdgeKeys.fileName, now: context.now)
        let agents = AgentNetwork(
            directory: AgentDirectory(), connections: AgentConnections(),
            peers: PeerNetwork(
                holder: Secret.make(prefix: ""),
                proofs: PeerProofs(key: sealingKey.derived(for: "peers"), now: context.now),
                // Where services must not lead, control planes may be.
                client: DirectTransportClient(targets: TargetGuard(refused: [])),
                authorities: configuration.peerAuthorities, logger: context.logger
            ) { try await context.read { try $0.controlPlanes() } })
        let connector = ServiceConnector(
            registry: DriverRegistry(), authenticator: ServiceAuthenticator(signer: signer, now: context.now),
            client: transport, agents: agents, sealingKey: sealingKey)
        let plane = ControlPlane(
            context, keys: keys, connector: connector, sealingKey: sealingKey, configuration: configuration)
        try await plane.roster.begin()
        for record in try await plane.monitorService.loader.load() {
            plane.monitor.watch(record.service, within: configuration.monitor.interval)
        }
        return plane
    }

    private init(
        _ context: ControlPlaneContext, keys: EdgeKeys, connector: ServiceConnector, sealingKey: SealingKey,
        configuration: ControlPlaneConfiguration
    ) {
        let recorder = AuditRecorder(now: context.now)
        let passwords = PasswordHashing(cost: configuration.passwordCost)
        let cache = CallerCache()
        let throttle = SignInThrottle()
        let directory = ServiceDirectory()
        self.context = context
        edgeKeys = keys
        access = AccessControl(
            context: context, passwords: passwords, recorder: recorder, cache: cache, directory: directory,
            throttle: throttle)
        accounts = Accounts(
            context: context, passwords: passwords, recorder: recorder, cache: cache, throttle: throttle)
        tenancy = Tenancy(context: context, recorder: recorder, cache: cache)
        tags = TagCatalog(context: context, recorder: recorder)
        audit = AuditLog(context: context)
        monitor = Monitor(
            context: context, configuration: configuration.monitor, directory: directory, state: FleetState(),
            hub: ProjectEventHub(),
            probe: ServiceProbe(connector: connector, timeout: configuration.monitor.timeout))
        services = ServiceCatalog(
            context: context, recorder: recorder, rules: ServiceRules(sealingKey: sealingKey), directory: directory,
            monitor: monitor)
        serviceImport = ServiceImporter(
            context: context, recorder: recorder, directory: directory, monitor: monitor)
        tunnel = ServiceTunnel(
            context: context, recorder: recorder, directory: directory, connector: connector, access: access,
            pages: PageSessionCache(cache: cache),
            slots: TunnelSlots(perAccount: configuration.tunnelRequestsPerAccount),
            audit: TunnelAudit(context: context, recorder: recorder))
        registries = RegistryCatalog(
            context: context, recorder: recorder, client: connector.client, sealingKey: sealingKey)
        images = ImageCatalog(context: context, recorder: recorder, registries: registries)
        workloadDefaults = WorkloadDefaultsCatalog(context: context, recorder: recorder)
        let hostConnector = HostConnector(
            client: connector.client, agents: connector.agents, sealingKey: sealingKey, platform: keys.platformName)
        hosts = HostCatalog(
            context: context, recorder: recorder, access: access, rules: HostRules(connector: hostConnector),
            directory: directory, monitor: monitor)
        let work = HostedWork(
            context: context, recorder: recorder, access: access, connector: hostConnector, registries: registries,
            directory: directory, monitor: monitor, publicKey: keys.publicKeyPEM)
        batchEngine = BatchEngine(
            storage: StoredBatches(context: context, recorder: recorder, holder: Secret.make(prefix: "")),
            actions: Self.actions(work, services: services), now: context.now, logger: context.logger)
        batches = BatchCatalog(context: context, recorder: recorder, access: access, engine: batchEngine)
        hostedServices = HostedServices(context: context, connector: hostConnector, batches: batches)
        hostMonitor = HostMonitor(
            context: context, connector: hostConnector, work: work, monitor: monitor,
            interval: configuration.hostInterval)
        let agentParts = AgentParts(
            context: context, recorder: recorder, network: connector.agents, monitor: monitor, services: services,
            hosts: hosts)
        let challenges = AgentChallenges(
            audience: "edgewright:\(keys.platformName)", key: sealingKey.derived(for: "agent-challenges"),
            limits: configuration.agentAdmission, context: context)
        agentAcceptor = AgentAcceptor(
            context: context, challenges: challenges, network: connector.agents, presence: agentParts.presence,
            changes: agentParts.changes)
        agentEnrollment = AgentEnrollment(
            context: context, recorder: recorder, challenges: challenges, changes: agentParts.changes,
            takesUnmanaged: configuration.takesUnmanagedAgents)
        agents = AgentCatalog(
            context: context, recorder: recorder, access: access, network: connector.agents,
            changes: agentParts.changes, adoption: agentParts.adoption, directory: directory)
        enrollmentTokens = EnrollmentTokens(context: context, recorder: recorder)
        roster = ControlPlaneRoster(context: context, peers: connector.agents.peers, changes: agentParts.changes)
        idempotency = IdempotentRequests(context: context, sealingKey: sealingKey)
        firstAdministrator = FirstAdministrator(context: context, passwords: passwords, recorder: recorder)
        monitorService = MonitorService(
            monitor: monitor, loader: ServiceDirectoryLoader(context: context, directory: directory))
    }

    /// What each kind of batch does with a target.
    private static func actions(
        _ work: HostedWork, services: ServiceCatalog
    ) -> [BatchKind: any BatchAction] {
        [
            .install: InstallAction(work: work), .upgrade: UpgradeAction(work: work),
            .start: StartAction(work: work), .stop: StopAction(work: work), .restart: RestartAction(work: work),
            .repair: RepairAction(work: work), .delete: DeleteServicesAction(work: work, services: services),
            .tag: TagServicesAction(access: work.access, services: services),
        ]
    }

    /// What the use cases of agents share.
    private struct AgentParts {
        let changes: AgentChanges
        let adoption: AgentAdoption
        let presence: AgentPresence

        init(
            context: ControlPlaneContext, recorder: AuditRecorder, network: AgentNetwork, monitor: Monitor,
            services: ServiceCatalog, hosts: HostCatalog
        ) {
            let greetings = AgentGreetingQueue()
            changes = AgentChanges(
                context: context, directory: network.directory,
                loader: AgentDirectoryLoader(context: context, directory: network.directory),
                connections: network.connections, monitor: monitor, greetings: greetings)
            adoption = AgentAdoption(context: context, recorder: recorder, services: services, hosts: hosts)
            presence = AgentPresence(
                context: context, peers: network.peers, connections: network.connections, changes: changes,
                greeter: AgentGreeter(
                    context: context, network: network, changes: changes, adoption: adoption, queue: greetings))
        }
    }

    /// - Throws: `.unavailable` when the store does not answer.
    package func checkReadiness() async throws {
        _ = try await context.read { try $0.countUsers() }
    }
}
