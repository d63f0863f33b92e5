import ArgumentParser
import Client
import Fleet

struct EditImageCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Edit an image; what is not said stays.",
        discussion: "Another reference is another image: add it.")

    @OptionGroup var image: ImageArgument
    @OptionGroup var server: ServerArguments

    @Option(name: .customLong("image-version"), help: "What people call it.")
    var imageVersion: String?

    @Option(help: "What it is.")
    var description: String?

    @Flag(inversion: .prefixedNo, help: "Take it where no image is named.")
    var `default`: Bool?

    @OptionGroup var output: OutputArguments

    func validate() throws {
        guard imageVersion != nil || description != nil || `default` != nil else {
            throw ValidationError("Say what to change.")
        }
    }

    func run(_ session: ClientSession) async throws {
        let found = try await image.find(session)
        let request = UpdateImageRequest(version: imageVersion, isDefault: `default`, description: description)
        try output.printOne(try await session.client.updateImage(found.id, request), on: session.console)
    }
}
