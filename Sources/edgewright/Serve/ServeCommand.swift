import ArgumentParser
import ControlPlane
import Fleet
import Foundation
import Logging
import Metrics
import Server
import ServiceLifecycle
import Store
import Transport
import UnixSignals

/// `edgewright serve`: the control plane.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the control plane.",
        discussion: """
            Every option can also be given as a variable (EDGEWRIGHT_DATA_DIR for --data-dir) or in a YAML file \
            (dataDir: ...); a flag goes before a variable, a variable before the file.
            """)

    @Option(help: "YAML file with settings.") var config: String?
    @Option(help: "Host and port to listen on (127.0.0.1:8080).") var listen: String?
    @Option(help: "Loopback address and port to listen on as well, without TLS, for what runs on this machine.")
    var localListen: String?
    @Option(help: "Folder of the embedded store and the sealing key (./data).") var dataDir: String?
    @Option(help: "sqlite:PATH or postgres://USER@HOST/NAME (SQLite in the data folder).") var database: String?
    @Option(help: "PEM file of the certificate and its chain.") var tlsCert: String?
    @Option(help: "PEM file of the certificate's private key.") var tlsKey: String?
    @Option(help: "Services' own pages are served from {id}.DOMAIN (localhost).") var edgeDomain: String?
    @Option(help: "Folder of the built web console (beside the program, or Web/dist of its source tree).")
    var consoleDirectory: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical (info).") var logLevel: String?
    @Option(help: "text or json (text).") var logFormat: String?
    @Option(help: "Networks to which no service may lead, with commas (169.254.0.0/16,fe80::/10).")
    var refuseTargets: String?
    @Option(
        help: ArgumentHelp(
            "Believe the X-Forwarded-For, -Proto and -Host of this proxy in front; may be given several times.",
            valueName: "network"))
    var trustedProxy: [String] = []
    @Option(help: "Where other control planes on the same PostgreSQL reach this one (the listener's own address).")
    var peerAddress: String?
    @Option(
        name: .customLong("peer-ca"),
        help: "PEM file of who signs the other control planes' certificates (the system's authorities).")
    var peerCA: String?
    @Option(help: "Folder of the agent's program for download (agent/ beside the program).")
    var agentDirectory: String?
    @Option(help: "Whether agents may come without an enrolment token, to be claimed: true or false (true).")
    var unmanagedAgents: String?
    @Option(help: "Seconds between two probes of a service (15).") var monitorInterval: Int?

    private var flags: [String: String] {
        [
            "listen": listen, "localListen": localListen, "dataDir": dataDir, "database": database, "tlsCert": tlsCert,
            "tlsKey": tlsKey,
            "edgeDomain": edgeDomain, "consoleDirectory": consoleDirectory, "logLevel": logLevel,
            "logFormat": logFormat, "refuseTargets": refuseTargets,
            "trustedProxies": trustedProxy.isEmpty ? nil : trustedProxy.joined(separator: ","),
            "peerAddress": peerAddress, "peerCA": peerCA, "agentDirectory": agentDirectory,
            "unmanagedAgents": unmanagedAgents,
            "monitorInterval": monitorInterval.map(String.init),
        ].compactMapValues(\.self)
    }

    func run() async throws {
        let settings = try await ServeSettings.read(flags: flags, file: config)
        let logger = Self.makeLogger(settings)
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        try FileManager.default.createDirectory(at: settings.dataDirectory, withIntermediateDirectories: true)
        let database = try await Database.open(try DatabaseLocation(settings.database), logger: logger)
        let transport = DirectTransportClient(
            idleConnectionLifetime: .seconds(settings.monitorInterval * 2 + 30),
            targets: TargetGuard(refused: settings.refusedTargets))
        do {
            try await serve(settings, database, transport, metrics, logger)
        } catch {
            await transport.shutdown()
            await database.close()
            throw error
        }
        await transport.shutdown()
        await database.close()
        logger.info("stopped")
    }

    private func serve(
        _ settings: ServeSettings, _ database: Database, _ transport: DirectTransportClient,
        _ metrics: PrometheusMetrics, _ logger: Logger
    ) async throws {
        let context = ControlPlaneContext(database: database, now: { Timestamp(Date()) }, logger: logger)
        var configuration = ControlPlaneConfiguration()
        configuration.monitor.interval = .seconds(settings.monitorInterval)
        configuration.monitor.timeout = .seconds(settings.monitorTimeout)
        configuration.monitor.missesUntilOffline = settings.monitorMisses
        configuration.peerAuthorities = settings.peerAuthorities
        configuration.takesUnmanagedAgents = settings.takesUnmanagedAgents
        let plane = try await ControlPlane.make(
            context, sealingKey: try SealingKey.load(from: settings.sealingKeyFile), transport: transport,
            configuration: configuration)
        try await welcomeAdministrator(plane, settings)
        let scheme = settings.tlsCertificate == nil ? "http" : "https"
        let server = try ServerApplication(
            plane, configuration: try Self.serverConfiguration(settings, logger), metrics: metrics, logger: logger
        ) { ports in
            transport.targets.refuseListeners(ports: ports.all)
            await plane.advertise(settings.peerAddress ?? Self.ownAddress(scheme, settings.host, ports.main))
            var metadata: Logger.Metadata = ["address": "\(scheme)://\(settings.host):\(ports.main)"]
            if let local = settings.local, let port = ports.local { metadata["local"] = "http://\(local.host):\(port)" }
            logger.info("listening", metadata: metadata)
        }
        // Stopped from the last to the first: requests end before what they work with.
        var group = ServiceGroupConfiguration(
            services: plane.longRunning + [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(4)
        group.maximumCancellationDuration = .seconds(1)
        try await ServiceGroup(configuration: group).run()
    }

    private func welcomeAdministrator(_ plane: ControlPlane, _ settings: ServeSettings) async throws {
        let made = try await plane.firstAdministrator.ensure(
            email: settings.adminEmail, password: settings.adminPassword)
        guard let made else { return }
        guard let password = made.password else { return print("The first system admin is \(made.email).") }
        print(
            """

            The first system admin is \(made.email)
            with the password         \(password)
            It is not shown again.

            """)
        fflush(nil)
    }

    private static func serverConfiguration(
        _ settings: ServeSettings, _ logger: Logger
    ) throws -> ServerConfiguration {
        var tls: ServerConfiguration.TLSFiles?
        if let certificate = settings.tlsCertificate, let key = settings.tlsKey {
            tls = ServerConfiguration.TLSFiles(certificate: certificate, privateKey: key)
        }
        var configuration = ServerConfiguration(
            host: settings.host, port: settings.port, tls: tls, edgeDomain: settings.edgeDomain,
            console: try console(settings, logger))
        configuration.local = settings.local
        configuration.trustedProxies = TrustedProxies(settings.trustedProxies)
        let program = Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])
        configuration.agentPrograms = AgentPrograms(
            folder: settings.agentDirectory ?? AgentPrograms.usualFolder(program: program))
        return configuration
    }

    /// Where this process listens, for others; a listener on every address is found by the machine's name.
    private static func ownAddress(_ scheme: String, _ host: String, _ port: Int) -> String {
        let isEverywhere = host == "0.0.0.0" || host == "::"
        let name = isEverywhere ? ProcessInfo.processInfo.hostName : host
        return "\(scheme)://\(name.contains(":") ? "[\(name)]" : name):\(port)"
    }

    private static func console(_ settings: ServeSettings, _ logger: Logger) throws -> ConsoleBundle {
        let program = Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])
        guard let folder = settings.consoleDirectory ?? ConsoleBundle.usualFolder(program: program) else {
            logger.notice("the console is not built; its pages say how to build it")
            return .missing
        }
        logger.debug("console", metadata: ["folder": "\(folder.path)"])
        return try ConsoleBundle.load(from: folder)
    }

    private static func makeLogger(_ settings: ServeSettings) -> Logger {
        let format = settings.logFormat
        LoggingSystem.bootstrap { label in
            switch format {
            case .text: TextLogHandler(label: label)
            case .json: JSONLogHandler(label: label)
            }
        }
        var logger = Logger(label: "edgewright")
        logger.logLevel = settings.logLevel
        return logger
    }
}
