import ArgumentParser
import Client
import Fleet

/// Which services are meant; every part that is given must hold.
struct ServiceFilterArguments: ParsableArguments {
    @Option(help: "online, offline or unknown.")
    var status: ServiceStatus?

    @Option(help: "managed or hosted.")
    var mode: ServiceMode?

    @Option(help: "direct or agent.")
    var connection: ServiceConnection?

    @Option(help: "neuronex, neuron, ekuiper or custom.")
    var category: ServiceCategory?

    @Option(name: .shortAndLong, help: "With this tag; given several times, with all of them.")
    var tag: [String] = []

    @Option(name: .customLong("service-version"), help: "Of exactly this version.")
    var serviceVersion: String?

    @Option(name: .customLong("search"), help: ArgumentHelp("Part of the name or endpoint.", valueName: "text"))
    var query: String?

    @Option(help: ArgumentHelp("On this host, by id or name.", valueName: "host"))
    var host: String?

    @Option(help: ArgumentHelp("Behind this agent, by id, name or fingerprint.", valueName: "agent"))
    var agent: String?

    @Flag(help: "Hosted ones whose container is not as it was asked for.")
    var drifted = false

    func filter(_ session: ClientSession, in project: Identifier<Project>) async throws -> ServiceFilter {
        var filter = plain
        if let host { filter.host = try await session.host(named: host, in: project).id }
        if let agent { filter.agent = try await session.agent(named: agent, in: project).id }
        return filter
    }

    /// All but what names must be looked up for.
    var plain: ServiceFilter {
        ServiceFilter(
            status: status, mode: mode, connection: connection, category: category, tags: tag,
            version: serviceVersion, q: query, drifted: drifted ? true : nil)
    }

    var isEmpty: Bool { plain == ServiceFilter() && host == nil && agent == nil }
}

extension ServiceSort: ExpressibleByArgument {
    package init?(argument: String) { try? self.init(argument) }

    package var defaultValueDescription: String { description }

    package static var allValueStrings: [String] { Key.allCases.map(\.rawValue) }
}
