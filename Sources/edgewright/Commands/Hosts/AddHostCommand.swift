import ArgumentParser
import Client
import Fleet

struct AddHostCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a Docker engine.",
        discussion: """
            edgewright hosts add node-1 tcp://10.0.0.7:2376 --tls-ca ca.pem --tls-cert cert.pem --tls-key key.pem
            edgewright hosts add local unix:///var/run/docker.sock --service-address 127.0.0.1
            edgewright hosts add node-2 --agent hall-3
            """,
        aliases: ["create"])

    @Argument(help: "Its name, unique in the project.")
    var name: String

    @Argument(help: "tcp://host:port, or unix:///path on the platform's own machine.")
    var address: String?

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(help: ArgumentHelp("Reached through this agent, by id, name or fingerprint.", valueName: "agent"))
    var agent: String?

    @Option(help: "Which of the agent's offers it is; docker when not said.")
    var offer: String?

    @Option(help: "Name or address at which the platform reaches what runs there; the address's own when not said.")
    var serviceAddress: String?

    @Option(help: "What it is.")
    var description: String?

    @OptionGroup var tls: HostTLSArguments

    @Flag(help: "Speak to it in the clear, where anybody on the way can take it over.")
    var allowUnencrypted = false

    @Flag(help: "Only test whether it answers; add nothing.")
    var check = false

    @OptionGroup var output: OutputArguments

    func validate() throws {
        guard (address == nil) != (agent == nil) else {
            throw ValidationError("Say where it is: its address, or --agent.")
        }
        guard agent != nil || offer == nil else { throw ValidationError("--offer goes with --agent.") }
        guard agent == nil || (tls.isEmpty && !allowUnencrypted) else {
            throw ValidationError("Through an agent's tunnel an engine needs neither --tls-… nor --allow-unencrypted.")
        }
        guard let address else { return }
        do {
            _ = try HostAddress(address)
        } catch let error as EdgewrightError {
            throw ValidationError("The \(error.message).")
        }
    }

    func run(_ session: ClientSession) async throws {
        let tls = try tls.request()
        let project = try await session.project(project)
        let request = CreateHostRequest(
            name: name, address: try await place(session, in: project), serviceAddress: serviceAddress,
            description: description, allowUnencrypted: allowUnencrypted ? true : nil, tls: tls)
        guard !check else {
            return try output.conclude(
                try await session.client.checkNewHost(in: project, request), on: session.console)
        }
        try output.printOne(try await session.client.createHost(in: project, request), on: session.console)
    }

    private func place(_ session: ClientSession, in project: Identifier<Project>) async throws -> String {
        guard let agent else { return address ?? "" }
        let found = try await session.agent(named: agent, in: project)
        let offered = try await session.offer(named: offer ?? "docker", of: found, .docker)
        return HostAddress.agent(found.id, offer: offered.name).description
    }
}

extension OutputArguments {
    /// Prints what a test has brought.
    /// - Throws: `CommandFailure` when the host was not reached.
    func conclude(_ check: HostCheck, on console: Console) throws {
        try printOne(check, on: console)
        guard check.reachable else { throw CommandFailure(.failed) }
    }
}
