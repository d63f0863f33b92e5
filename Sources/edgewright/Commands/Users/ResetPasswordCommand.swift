import ArgumentParser
import Client
import Fleet

struct ResetPasswordCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset-password", abstract: "Set somebody's password; their sessions and tokens end.")

    @Argument(help: "The account, by id or e-mail address.")
    var user: String

    @OptionGroup var server: ServerArguments

    @Flag(help: "Read the password from the first line of standard input instead of asking.")
    var passwordStdin = false

    func run(_ session: ClientSession) async throws {
        let found = try await session.user(named: user)
        let password = try session.console.secret(
            "New password for \(found.email)", fromInput: passwordStdin, option: "--password-stdin", twice: true)
        try await session.client.resetPassword(found.id, ResetPasswordRequest(password: password))
        session.console.say("Set the password of \(found.email).\n")
    }
}
