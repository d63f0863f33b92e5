import ArgumentParser
import Client
import Fleet

struct DeleteRegistryCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a registry and the password for it.", aliases: ["rm"])

    @Argument(help: "The registry, by id, name or address.")
    var registry: String

    @OptionGroup var server: ServerArguments

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    func run(_ session: ClientSession) async throws {
        let found = try await session.registry(named: registry)
        try session.console.confirm("Delete the registry \(found.name)?", assumeYes: yes)
        try await session.client.deleteRegistry(found.id)
        session.console.say("Deleted the registry \(found.name).\n")
    }
}
