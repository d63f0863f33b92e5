import ArgumentParser

/// `edgewright enrollment-tokens`: what lets agents join a project by themselves.
struct EnrollmentTokensCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrollment-tokens", abstract: "Manage the tokens with which agents join a project.",
        discussion: "A token lets agents in; those that are in stay in when it ends or is revoked.",
        subcommands: [
            ListEnrollmentTokensCommand.self, CreateEnrollmentTokenCommand.self, RevokeEnrollmentTokenCommand.self,
        ],
        aliases: ["enrolment-tokens", "enrollment-token", "enrolment-token"])
}
