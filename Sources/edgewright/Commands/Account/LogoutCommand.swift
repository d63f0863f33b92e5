import ArgumentParser
import Client
import Fleet

/// `edgewright logout`: revokes the stored token and forgets it.
struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "Revoke the stored token and forget it.")

    @OptionGroup var server: ServerArguments

    func run() async throws {
        let context = CommandContext.current
        let file = ConfigurationFile(environment: context.environment)
        guard let stored = try file.read() else { return context.console.warn("You are not signed in.\n") }
        try file.remove()
        guard let id = stored.tokenId else { return }
        do {
            try await withAPIClient(
                server: stored.server, credential: .token(stored.token),
                options: server.connectionOptions(stored: stored), retries: .never
            ) { try await $0.revokeToken(Identifier(id)) }
            context.console.warn("Signed out of \(stored.server).\n")
        } catch let problem as APIProblem where [401, 404].contains(problem.status) {
            context.console.warn("Signed out of \(stored.server); the token was not valid any more.\n")
        } catch {
            let reason = FailureReport(error)?.message ?? "\(error)"
            throw CommandFailure(
                .failed, "The stored token is forgotten, but could not be revoked: \(reason)",
                advice: "Revoke the token \(id) where you can sign in.")
        }
    }
}
