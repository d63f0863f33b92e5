import ArgumentParser
import Client
import Fleet

struct AddRegistryCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a registry.",
        discussion: "edgewright registries add plant registry.local:5000 --username puller", aliases: ["create"])

    @Argument(help: "Its name.")
    var name: String

    @Argument(help: "Host and port, as its images' references begin.")
    var address: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var credential: RegistryCredentialArguments

    @Flag(name: .customLong("plain-http"), help: "It speaks no TLS.")
    var plainHTTP = false

    @Flag(help: "Only test whether it lets the platform in; add nothing.")
    var check = false

    @OptionGroup var output: OutputArguments

    func validate() throws {
        guard !credential.passwordStdin || credential.username != nil else {
            throw ValidationError("--password-stdin goes with --username.")
        }
    }

    func run(_ session: ClientSession) async throws {
        let request = CreateRegistryRequest(
            name: name, address: address, username: credential.username,
            password: try credential.password(session.console), plainHTTP: plainHTTP ? true : nil)
        guard !check else {
            return try output.conclude(try await session.client.checkNewRegistry(request), on: session.console)
        }
        try output.printOne(try await session.client.createRegistry(request), on: session.console)
    }
}

extension OutputArguments {
    /// Prints what a test has brought.
    /// - Throws: `CommandFailure` when the registry does not let the platform in.
    func conclude(_ check: RegistryCheck, on console: Console) throws {
        try printOne(check, on: console)
        guard check.ok else { throw CommandFailure(.failed) }
    }
}
