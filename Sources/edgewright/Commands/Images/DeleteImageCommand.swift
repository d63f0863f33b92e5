import ArgumentParser
import Client
import Fleet

struct DeleteImageCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Take an image off the list; services that have it keep it.", aliases: ["rm"])

    @OptionGroup var image: ImageArgument
    @OptionGroup var server: ServerArguments

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    func run(_ session: ClientSession) async throws {
        let found = try await image.find(session)
        try session.console.confirm("Delete the image \(found.reference)?", assumeYes: yes)
        try await session.client.deleteImage(found.id)
        session.console.say("Deleted the image \(found.reference).\n")
    }
}
