import ArgumentParser
import Client
import Foundation

/// Which control plane to ask, and as whom.
struct ServerArguments: ParsableArguments {
    @Option(help: ArgumentHelp("The control plane's address.", valueName: "url"))
    var server: String?

    @Option(help: ArgumentHelp("An API token instead of the one that login stored.", valueName: "token"))
    var token: String?

    @Option(
        name: .customLong("ca-cert"), help: ArgumentHelp("Trust the authorities in this PEM file.", valueName: "file"),
        completion: .file())
    var authoritiesFile: String?

    @Flag(help: "Trust any certificate.")
    var insecure = false

    /// - Parameter stored: the login for the same server, whose authorities are taken where none are named.
    func connectionOptions(stored: StoredLogin?) -> ConnectionOptions {
        ConnectionOptions(
            authoritiesFile: authoritiesFile ?? (insecure ? nil : stored?.authoritiesFile), insecure: insecure)
    }
}

/// A command that asks the control plane something and prints the answer.
protocol ClientCommand: AsyncParsableCommand {
    var server: ServerArguments { get }
    func run(_ session: ClientSession) async throws
}

extension ClientCommand {
    mutating func run() async throws {
        let context = CommandContext.current
        let file = ConfigurationFile(environment: context.environment)
        let stored = try file.read()
        let target = try ServerTarget(arguments: server, context: context, stored: stored)
        guard let token = target.token else { throw CommandFailure.notSignedIn }
        let command = self
        try await withAPIClient(
            server: target.server, credential: .token(token),
            options: server.connectionOptions(stored: target.isStored ? stored : nil)
        ) { client in
            try await command.run(ClientSession(client: client, context: context))
        }
    }
}

/// Which server is asked with which token: by argument, environment, or what login stored.
struct ServerTarget: Equatable {
    let server: String
    let token: String?
    /// Whether it is the server of the stored login.
    let isStored: Bool

    /// - Throws: `CommandFailure` when no server is named anywhere.
    init(arguments: ServerArguments, context: CommandContext, stored: StoredLogin?) throws {
        let named = arguments.server ?? context.variable("EDGEWRIGHT_SERVER")
        guard let server = named ?? stored?.server else { throw CommandFailure.notSignedIn }
        self.server = server
        let given = arguments.token ?? context.variable("EDGEWRIGHT_TOKEN")
        // What was stored for one server is never sent to another one.
        isStored = stored.map { Self.same($0.server, server) } ?? false
        token = given ?? (isStored ? stored?.token : nil)
    }

    static func same(_ one: String, _ other: String) -> Bool { normalized(one) == normalized(other) }

    private static func normalized(_ server: String) -> String {
        var text = server.lowercased()
        while text.hasSuffix("/") { text.removeLast() }
        return text.contains("://") ? text : "http://" + text
    }
}
