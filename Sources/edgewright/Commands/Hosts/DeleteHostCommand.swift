import ArgumentParser
import Client
import Fleet

struct DeleteHostCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove a host without services from the platform.", aliases: ["rm"])

    @Argument(help: "The host, by id or name.")
    var host: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    func run(_ session: ClientSession) async throws {
        let found = try await session.host(named: host, in: project)
        try session.console.confirm("Delete the host \(found.name)?", assumeYes: yes)
        try await session.client.deleteHost(found.id)
        session.console.say("Deleted the host \(found.name).\n")
    }
}
