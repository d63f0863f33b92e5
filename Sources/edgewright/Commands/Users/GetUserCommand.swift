import ArgumentParser
import Client
import Fleet

struct GetUserCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show an account.", aliases: ["show"])

    @Argument(help: "The account, by id or e-mail address.")
    var user: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        try output.printOne(try await session.user(named: user), on: session.console)
    }
}
