import ArgumentParser
import Client
import Fleet

struct EditServiceCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Edit a service; what is not said stays.")

    @Argument(help: "The service, by id or name.")
    var service: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(help: "Its new name.")
    var name: String?

    @Option(help: "Its new endpoint.")
    var endpoint: String?

    @OptionGroup var authentication: ServiceAuthArguments

    @Option(help: "What it is.")
    var description: String?

    @Flag(inversion: .prefixedNo, help: "Whether the certificate of an https endpoint must be trusted.")
    var verifyTLS: Bool?

    @Option(help: "For category custom: the path that answers 2xx when it is well.")
    var healthPath: String?

    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let request = UpdateServiceRequest(
            name: name, endpoint: endpoint, verifyTLS: verifyTLS, healthPath: healthPath,
            auth: try authentication.request(session.console), description: description)
        guard
            name != nil || endpoint != nil || verifyTLS != nil || healthPath != nil || request.auth != nil
                || description != nil
        else { throw CommandFailure(.usage, "Say what to change; tags change with: edgewright services tag") }
        let found = try await session.service(named: service, in: project)
        try output.printOne(try await session.client.updateService(found.id, request), on: session.console)
    }
}
