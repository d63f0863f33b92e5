import ArgumentParser
import Client
import Fleet

struct CreateTokenCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make an API token; its secret is shown this once.",
        discussion: "With --quiet the secret alone is printed: TOKEN=$(edgewright tokens create ci -q)",
        aliases: ["add"])

    @Argument(help: "What it is for.")
    var name: String

    @OptionGroup var server: ServerArguments

    @Option(help: ArgumentHelp("Let it expire after so many days; without this it does not.", valueName: "days"))
    var expiresInDays: Int?

    @Option(name: .shortAndLong, help: ArgumentHelp("Limit it to one project, by id or name.", valueName: "project"))
    var project: String?

    @Flag(help: "Limit it to reading.")
    var readOnly = false

    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        var limit: Identifier<Project>?
        if let project { limit = try await session.project(named: project).id }
        let created = try await session.client.createToken(
            CreateTokenRequest(name: name, expiresInDays: expiresInDays, projectId: limit, readOnly: readOnly))
        try output.printOne(created, on: session.console)
        output.say("Keep it now: it is never shown again.", on: session.console)
    }
}
