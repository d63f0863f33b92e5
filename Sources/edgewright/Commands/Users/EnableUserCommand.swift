import ArgumentParser
import Client
import Fleet

struct EnableUserCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Let an account sign in again.")

    @Argument(help: "The account, by id or e-mail address.")
    var user: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let found = try await session.user(named: user)
        let changed = try await session.client.updateUser(found.id, UpdateUserRequest(disabled: false))
        try output.printOne(changed, on: session.console)
    }
}
