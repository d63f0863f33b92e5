import ArgumentParser
import Fleet

/// `edgewright images`: what services are made from.
struct ImagesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images", abstract: "Manage the images that services are made from.",
        discussion: "An image is named by its id, its reference, or its version.",
        subcommands: [
            ListImagesCommand.self, GetImageCommand.self, AddImageCommand.self, EditImageCommand.self,
            DeleteImageCommand.self, CheckImageCommand.self,
        ],
        aliases: ["image"])
}

/// Which image is meant.
struct ImageArgument: ParsableArguments {
    @Argument(help: "The image, by id, reference or version.")
    var image: String

    @Option(help: "Its category, where several have such a version.")
    var category: ServiceCategory?

    func find(_ session: ClientSession) async throws -> ContainerImage {
        try await session.image(named: image, of: category)
    }
}
