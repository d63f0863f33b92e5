import ArgumentParser
import Client
import Fleet
import Foundation

/// `edgewright login`: signs in and stores an API token, so that no command needs a password again.
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Sign in to a control plane.",
        discussion: """
            Makes an API token named after this host and stores it in ~/.config/edgewright/config.yaml \
            (EDGEWRIGHT_CONFIG), readable by you alone. The password comes from EDGEWRIGHT_PASSWORD, \
            --password-stdin, or is asked for.
            """)

    @Argument(help: "The control plane's address.")
    var url: String?

    @OptionGroup var server: ServerArguments

    @Option(help: "The account's e-mail address.")
    var email: String?

    @Flag(help: "Read the password from the first line of standard input.")
    var passwordStdin = false

    @Option(help: ArgumentHelp("Let the token expire after so many days.", valueName: "days"))
    var expiresInDays: Int?

    func run() async throws {
        let context = CommandContext.current
        let file = ConfigurationFile(environment: context.environment)
        // A file that can't be read is replaced: signing in is what mends it.
        let stored = try? file.read()
        guard let address = url ?? server.server ?? context.variable("EDGEWRIGHT_SERVER") ?? stored?.server else {
            throw CommandFailure(.usage, "Say where: edgewright login URL")
        }
        let console = context.console
        let email = try self.email ?? console.ask("E-mail address", instead: "--email ADDRESS")
        let password = try password(context)
        let known = stored.flatMap { ServerTarget.same($0.server, address) ? $0 : nil }
        let options = server.connectionOptions(stored: known)
        var login = try await withAPIClient(server: address, options: options) { client in
            try await signIn(client, SignInRequest(email: email, password: password), replacing: stored)
        }
        login.authoritiesFile = options.authoritiesFile.map { URL(filePath: $0).absoluteURL.path }
        try file.write(login)
        console.warn("Signed in to \(login.server) as \(login.email ?? email).\n")
    }

    private func password(_ context: CommandContext) throws -> String {
        if !passwordStdin, let password = context.variable("EDGEWRIGHT_PASSWORD") { return password }
        return try context.console.secret(
            "Password", fromInput: passwordStdin, option: "--password-stdin or EDGEWRIGHT_PASSWORD")
    }

    private func createSession(
        _ client: APIClient, _ request: SignInRequest
    ) async throws -> (signedIn: SignedIn, credential: APICredential) {
        do {
            return try await client.createSession(request)
        } catch let problem as APIProblem where problem.status == 401 {
            // The usual advice, to sign in, is no help here.
            throw CommandFailure(.denied, problem.detail)
        }
    }

    private func signIn(
        _ client: APIClient, _ request: SignInRequest, replacing old: StoredLogin?
    ) async throws -> StoredLogin {
        let (signedIn, credential) = try await createSession(client, request)
        let session = client.signed(in: credential)
        let name = String("cli@\(ProcessInfo.processInfo.hostName)".prefix(APIToken.nameRule.length.upperBound))
        let created = try await session.createToken(CreateTokenRequest(name: name, expiresInDays: expiresInDays))
        if let old, let id = old.tokenId, ServerTarget.same(old.server, client.address),
            old.email == signedIn.user.email
        {
            // It may be gone already, or the server new: not worth failing over.
            try? await session.revokeToken(Identifier(id))
        }
        try? await session.deleteSession()
        return StoredLogin(
            server: client.address, token: created.token, tokenId: created.id.rawValue, email: signedIn.user.email)
    }
}
