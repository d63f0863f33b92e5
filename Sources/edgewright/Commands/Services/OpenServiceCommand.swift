import ArgumentParser
import Client
import Fleet
import Foundation

struct OpenServiceCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Print a link to a service's own web page, or open it.",
        discussion: "The link is good for one visit within 30 seconds.")

    @Argument(help: "The service, by id or name.")
    var service: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Flag(help: "Open it in this machine's browser.")
    var browser = false

    func run(_ session: ClientSession) async throws {
        let found = try await session.service(named: service, in: project)
        let link = try await session.client.openService(found.id)
        guard browser else { return try session.console.print(link + "\n") }
        try Self.open(link)
    }

    #if os(macOS)
    private static let opener = "open"
    #else
    private static let opener = "xdg-open"
    #endif

    private static func open(_ link: String) throws {
        let program = opener
        // The server says where to go: nothing but a web page may be opened.
        guard let url = URL(string: link), ["http", "https"].contains(url.scheme) else {
            throw CommandFailure(.failed, "The server's link is not one to a web page.")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program, url.absoluteString]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CommandFailure(.failed, "\(program) could not open it.", advice: "Without --browser it is printed.")
        }
    }
}
