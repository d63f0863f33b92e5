import ArgumentParser
import Client
import Fleet

struct AddServiceCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adopt a service that runs already.",
        discussion: """
            edgewright services add press-4 http://10.20.4.17:8085 --username admin --tag hall-2
            edgewright services add press-5 --agent hall-3 --offer neuronex
            """,
        aliases: ["create"])

    @Argument(help: "Its name, unique in the project.")
    var name: String

    @Argument(help: "http or https, host, port, optional base path.")
    var endpoint: String?

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(help: ArgumentHelp("Reached through this agent, by id, name or fingerprint.", valueName: "agent"))
    var agent: String?

    @Option(help: "Which of the agent's offers it is.")
    var offer: String?

    @Option(help: "neuronex, neuron, ekuiper or custom; when not said the offer's, or neuronex without an offer.")
    var category: ServiceCategory?

    @OptionGroup var authentication: ServiceAuthArguments

    @Option(name: .shortAndLong, help: "A tag; may be given several times.")
    var tag: [String] = []

    @Option(help: "What it is.")
    var description: String?

    @Flag(inversion: .prefixedNo, help: "Whether the certificate of an https endpoint must be trusted.")
    var verifyTLS = true

    @Option(help: "For category custom: the path that answers 2xx when it is well.")
    var healthPath: String?

    @Flag(help: "Only test whether it answers and takes the credential; adopt nothing.")
    var check = false

    @OptionGroup var output: OutputArguments

    func validate() throws {
        guard (agent == nil) == (offer == nil) else { throw ValidationError("--agent and --offer go together.") }
        guard (endpoint == nil) != (agent == nil) else {
            throw ValidationError("Say where it is: its endpoint, or --agent and --offer.")
        }
    }

    func run(_ session: ClientSession) async throws {
        let project = try await session.project(project)
        let place = try await place(session, in: project)
        let request = CreateServiceRequest(
            name: name, category: category ?? place.category, connection: place.connection,
            endpoint: place.endpoint, verifyTLS: verifyTLS, healthPath: healthPath,
            auth: try authentication.request(session.console), tags: tag.isEmpty ? nil : tag, description: description)
        guard !check else { return try await test(request, project, session) }
        try output.printOne(try await session.client.createService(in: project, request), on: session.console)
    }

    private struct Place {
        let endpoint: String
        let connection: ServiceConnection?
        /// Where nothing is said of it.
        let category: ServiceCategory
    }

    private func place(_ session: ClientSession, in project: Identifier<Project>) async throws -> Place {
        guard let agent, let offer else {
            let endpoint = endpoint ?? ""
            let connection: ServiceConnection? = endpoint.hasPrefix("agent://") ? .agent : nil
            return Place(endpoint: endpoint, connection: connection, category: .neuronex)
        }
        let found = try await session.agent(named: agent, in: project)
        let offered = try await session.offer(named: offer, of: found, .service)
        return Place(
            endpoint: try ServiceEndpoint(agent: found.id, offer: offered.name).description, connection: .agent,
            category: offered.category ?? .custom)
    }

    private func test(
        _ request: CreateServiceRequest, _ project: Identifier<Project>, _ session: ClientSession
    ) async throws {
        let result = try await session.client.checkConnection(in: project, request)
        try output.printOne(result, on: session.console)
        guard result.reachable, result.authenticated else { throw CommandFailure(.failed) }
    }
}
