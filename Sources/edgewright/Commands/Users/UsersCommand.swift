import ArgumentParser

/// `edgewright users`: accounts.
struct UsersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "Manage accounts.",
        subcommands: [
            ListUsersCommand.self, GetUserCommand.self, CreateUserCommand.self, EditUserCommand.self,
            DisableUserCommand.self, EnableUserCommand.self, ResetPasswordCommand.self, DeleteUserCommand.self,
        ],
        aliases: ["user"])
}
