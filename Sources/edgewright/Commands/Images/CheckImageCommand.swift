import ArgumentParser
import Client
import Fleet

struct CheckImageCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Ask an image's registry whether it is there.",
        discussion: "The exit code is 1 when it is not.")

    @OptionGroup var image: ImageArgument
    @OptionGroup var server: ServerArguments
    @OptionGroup var output: OutputArguments

    func run(_ session: ClientSession) async throws {
        let check = try await session.client.checkImage(try await image.find(session).id)
        try output.printOne(check, on: session.console)
        guard check.found else { throw CommandFailure(.failed) }
    }
}
