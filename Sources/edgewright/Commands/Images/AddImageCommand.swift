import ArgumentParser
import Client
import Fleet

struct AddImageCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Let services be made from an image.",
        discussion: "edgewright images add neuronex registry.local:5000/neuronex:3.6.0 --default",
        aliases: ["create"])

    @Argument(help: "What services made from it are: neuronex, neuron, ekuiper or custom.")
    var category: ServiceCategory

    @Argument(help: "Its name with registry and tag, as docker pull takes it.")
    var reference: String

    @OptionGroup var server: ServerArguments

    @Option(name: .customLong("image-version"), help: "What people call it; the tag when not said.")
    var imageVersion: String?

    @Option(help: "What it is.")
    var description: String?

    @Flag(help: "Take it where no image is named.")
    var `default` = false

    @OptionGroup var output: OutputArguments

    func validate() throws {
        do {
            _ = try ImageReference(reference)
        } catch let error as EdgewrightError {
            throw ValidationError("The \(error.message).")
        }
    }

    func run(_ session: ClientSession) async throws {
        let request = CreateImageRequest(
            category: category, reference: reference, version: imageVersion, isDefault: `default` ? true : nil,
            description: description)
        try output.printOne(try await session.client.createImage(request), on: session.console)
    }
}
