import ArgumentParser
import Client
import Fleet

struct EditHostCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Edit a host; what is not said stays.",
        discussion: "The files of TLS are one whole: those that are not named are taken away.")

    @Argument(help: "The host, by id or name.")
    var host: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(help: "Its new name.")
    var name: String?

    @Option(help: "Its new address.")
    var address: String?

    @Option(help: "Name or address at which the platform reaches what runs there.")
    var serviceAddress: String?

    @Option(help: "What it is.")
    var description: String?

    @OptionGroup var tls: HostTLSArguments

    @Flag(help: "Take the files of TLS away.")
    var noTLS = false

    @Flag(inversion: .prefixedNo, help: "Speak to it in the clear, where anybody on the way can take it over.")
    var allowUnencrypted: Bool?

    @OptionGroup var output: OutputArguments

    func validate() throws {
        guard !noTLS || tls.isEmpty else { throw ValidationError("--no-tls takes away what --tls-… would give.") }
        guard
            name != nil || address != nil || serviceAddress != nil || description != nil || allowUnencrypted != nil
                || noTLS || !tls.isEmpty
        else { throw ValidationError("Say what to change.") }
    }

    func run(_ session: ClientSession) async throws {
        let request = UpdateHostRequest(
            name: name, address: address, serviceAddress: serviceAddress, description: description,
            allowUnencrypted: allowUnencrypted, tls: noTLS ? HostTLSRequest() : try tls.request())
        let found = try await session.host(named: host, in: project)
        try output.printOne(try await session.client.updateHost(found.id, request), on: session.console)
    }
}
