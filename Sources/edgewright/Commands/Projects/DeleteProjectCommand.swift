import ArgumentParser
import Client
import Fleet

struct DeleteProjectCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a project without services.", aliases: ["rm"])

    @Argument(help: "The project, by id or name.")
    var project: String

    @OptionGroup var server: ServerArguments

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    func run(_ session: ClientSession) async throws {
        let found = try await session.project(named: project)
        try session.console.confirm("Delete the project \(found.name)?", assumeYes: yes)
        try await session.client.deleteProject(found.id)
        session.console.say("Deleted the project \(found.name).\n")
    }
}
