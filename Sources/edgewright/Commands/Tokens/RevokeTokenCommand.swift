import ArgumentParser
import Client
import Fleet

struct RevokeTokenCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke an API token.", aliases: ["delete", "rm"])

    @Argument(help: "The token, by id or name.")
    var token: String

    @OptionGroup var server: ServerArguments

    func run(_ session: ClientSession) async throws {
        let client = session.client
        let all = try await session.collect { try await client.listTokens($0) }
        let found = all.filter { $0.id.rawValue == token || $0.name == token }
        guard let first = found.first else { throw EdgewrightError.notFound("token", token) }
        guard found.count == 1 else {
            throw CommandFailure(
                .usage, "Several tokens have the name “\(token)”.",
                advice: "Say one's id: " + found.map(\.id.rawValue).joined(separator: ", "))
        }
        try await client.revokeToken(first.id)
        session.console.say("Revoked \(first.name).\n")
    }
}
