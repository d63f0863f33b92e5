import Agent
import AgentIdentity
import ArgumentParser
import Fleet
import Foundation
import Transport

/// `edgewright-agent rotate-key`
struct RotateKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-key", abstract: "Have the platform know the agent by a new key.",
        discussion: "A running agent does it and dials anew; without one it is done here.")

    @OptionGroup var arguments: SettingsArguments

    func run() async throws {
        let file = try AgentSettingsDraft.read(file: arguments.place.config)
        let draft = try arguments.draft().over(file)
        let folder = StateFolder(draft.state ?? AgentSettings.defaultState)
        if let answer = try await StatusClient(folder).ask(.rotateKey) {
            return try report(try JSONDecoder().decode(RotationAnswer.self, from: answer))
        }
        let settings = try draft.complete(
            machine: AgentProgram.machine, environment: ProcessInfo.processInfo.environment)
        let client = DirectTransportClient()
        let answer = await RotationAnswer.withoutAgent(settings, client: client)
        await client.shutdown()
        try report(answer)
    }

    private func report(_ answer: RotationAnswer) throws {
        if let error = answer.error { throw EdgewrightError(.unavailable, error) }
        print(answer.fingerprint ?? "")
    }
}
