import ArgumentParser
import Client
import Fleet

struct GetImageCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show an image.", aliases: ["show"])

    @OptionGroup var image: ImageArgument
    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        try output.printOne(try await image.find(session), on: session.console)
    }
}
