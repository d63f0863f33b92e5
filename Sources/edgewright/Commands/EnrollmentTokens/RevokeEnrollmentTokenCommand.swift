import ArgumentParser
import Client
import Fleet

struct RevokeEnrollmentTokenCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Let no more agents join with an enrolment token.", aliases: ["delete", "rm"])

    @Argument(help: "The token, by id or name.")
    var token: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    func run(_ session: ClientSession) async throws {
        let project = try await session.project(project)
        let found = try await session.enrollmentToken(named: token, in: project)
        try await session.client.revokeEnrollmentToken(found.id, in: project)
        session.console.say("Revoked \(found.name.withoutControlCharacters).\n")
    }
}
