import ArgumentParser
import Client
import Fleet

struct ServiceLogsCommand: ClientCommand {
    private static let tails = 0...100_000

    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print what a hosted service has written to its log.",
        discussion: "Each line has its time, stdout or stderr, and the text. --follow ends with an interrupt.")

    @Argument(help: "The service, by id or name.")
    var service: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(help: ArgumentHelp("So many of the last lines.", valueName: "count"))
    var tail = 200

    @Flag(name: .shortAndLong, help: "Go on with the lines to come.")
    var follow = false

    func validate() throws {
        guard Self.tails.contains(tail) else { throw ValidationError("--tail must be 0 to \(Self.tails.upperBound).") }
    }

    func run(_ session: ClientSession) async throws {
        let found = try await session.service(named: service, in: project)
        var tail = tail
        while true {
            do {
                return try await printLines(of: found.id, tail: tail, session)
            } catch let broken as APIConnectionError where follow && broken.kind == .timedOut {
                // It had nothing to say for so long that the connection was given up, and that is no failure.
                tail = 0
            }
        }
    }

    private func printLines(of id: Identifier<EdgeService>, tail: Int, _ session: ClientSession) async throws {
        let console = session.console
        for try await line in try await session.client.streamServiceLogs(of: id, tail: tail, follow: follow) {
            try console.print((console.outputIsTerminal ? Self.shown(line) : line) + "\n")
        }
    }

    /// A tab is harmless, and the texts of logs have many.
    private static func shown(_ line: String) -> String {
        line.split(separator: "\t", omittingEmptySubsequences: false).map { String($0).withoutControlCharacters }
            .joined(separator: "\t")
    }
}
