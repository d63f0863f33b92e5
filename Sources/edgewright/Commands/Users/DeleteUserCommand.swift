import ArgumentParser
import Client
import Fleet

struct DeleteUserCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete an account.", aliases: ["rm"])

    @Argument(help: "The account, by id or e-mail address.")
    var user: String

    @OptionGroup var server: ServerArguments

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    func run(_ session: ClientSession) async throws {
        let found = try await session.user(named: user)
        try session.console.confirm("Delete the account \(found.email)?", assumeYes: yes)
        try await session.client.deleteUser(found.id)
        session.console.say("Deleted the account \(found.email).\n")
    }
}
