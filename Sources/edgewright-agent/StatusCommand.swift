import Agent
import ArgumentParser
import Fleet
import Foundation

/// `edgewright-agent status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say how the running agent does.",
        discussion: "Exit codes: 0 connected, 1 running but not connected, 2 not running.")

    @OptionGroup var place: StateArguments
    @Flag(help: "One JSON document.") var json = false

    func run() async throws {
        let folder = try place.folder()
        guard let answer = try await StatusClient(folder).ask(.status) else {
            writeToStandardError(Data("No agent runs with the state folder \(folder.url.path).\n".utf8))
            throw ExitCode(2)
        }
        let status = try JSONDecoder().decode(AgentStatus.self, from: answer)
        print(json ? String(decoding: answer, as: UTF8.self) : status.text, terminator: "")
        if status.state != .connected { throw ExitCode(1) }
    }
}
