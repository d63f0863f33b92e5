import ArgumentParser
import Client
import Fleet

struct EditUserCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "edit", abstract: "Edit an account.")

    @Argument(help: "The account, by id or e-mail address.")
    var user: String

    @OptionGroup var server: ServerArguments

    @Option(help: "The person's name.")
    var name: String?

    @Flag(inversion: .prefixedNo, help: "Whether it is a system admin.")
    var systemAdmin: Bool?

    @OptionGroup var output: OutputArguments

    func validate() throws {
        guard name != nil || systemAdmin != nil else { throw ValidationError("Say what to change.") }
    }

    func run(_ session: ClientSession) async throws {
        let found = try await session.user(named: user)
        let changed = try await session.client.updateUser(
            found.id, UpdateUserRequest(name: name, systemAdmin: systemAdmin))
        try output.printOne(changed, on: session.console)
    }
}
