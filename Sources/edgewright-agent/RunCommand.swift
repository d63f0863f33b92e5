import Agent
import ArgumentParser
import Foundation
import Logging
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// `edgewright-agent run`: the agent itself.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the agent: dial the platform and serve what is offered.")

    @OptionGroup var arguments: SettingsArguments

    func run() async throws {
        let file = try AgentSettingsDraft.read(file: arguments.place.config)
        let environment = ProcessInfo.processInfo.environment
        let settings = try arguments.draft().over(file)
            .complete(machine: AgentProgram.machine, environment: environment)
        let hasPriority = AgentLogHandler.writesToJournal(environment)
        LoggingSystem.bootstrap { _ in AgentLogHandler(settings.logFormat, hasPriority: hasPriority) }
        var logger = Logger(label: "edgewright-agent")
        logger.logLevel = settings.logLevel
        // What is forwarded is copied; one thread does that for a connection as fast as the connection goes.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: min(2, settings.connections))
        var configuration = ServiceGroupConfiguration(
            services: [AgentService(settings, group: group, logger: logger)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(8)
        configuration.maximumCancellationDuration = .seconds(1)
        try await ServiceGroup(configuration: configuration).run()
    }
}
