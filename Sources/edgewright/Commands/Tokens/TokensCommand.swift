import ArgumentParser

/// `edgewright tokens`: one's own API tokens.
struct TokensCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens", abstract: "Manage your API tokens.",
        subcommands: [ListTokensCommand.self, CreateTokenCommand.self, RevokeTokenCommand.self],
        aliases: ["token"])
}
