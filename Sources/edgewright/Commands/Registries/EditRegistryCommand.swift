import ArgumentParser
import Client
import Fleet

struct EditRegistryCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Edit a registry; what is not said stays.",
        discussion: "Another address is another registry: add it.")

    @Argument(help: "The registry, by id, name or address.")
    var registry: String

    @OptionGroup var server: ServerArguments

    @Option(help: "Its new name.")
    var name: String?

    @OptionGroup var credential: RegistryCredentialArguments

    @Flag(help: "Take user name and password away.")
    var anonymous = false

    @Flag(name: .customLong("plain-http"), inversion: .prefixedNo, help: "Whether it speaks no TLS.")
    var plainHTTP: Bool?

    @OptionGroup var output: OutputArguments

    func validate() throws {
        let hasCredential = credential.username != nil || credential.passwordStdin
        guard !anonymous || !hasCredential else {
            throw ValidationError("--anonymous takes away what --username and --password-stdin would give.")
        }
        guard name != nil || plainHTTP != nil || anonymous || hasCredential else {
            throw ValidationError("Say what to change.")
        }
    }

    func run(_ session: ClientSession) async throws {
        let request = UpdateRegistryRequest(
            name: name, username: anonymous ? "" : credential.username,
            password: try credential.password(session.console), plainHTTP: plainHTTP)
        let found = try await session.registry(named: registry)
        try output.printOne(try await session.client.updateRegistry(found.id, request), on: session.console)
    }
}
