import ArgumentParser
import Client
import Fleet

struct ClaimAgentCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "claim", abstract: "Take an unmanaged agent into a project.",
        discussion: """
            Its fingerprint is what edgewright-agent fingerprint prints on its machine; system admins find it, and the \
            id, with: edgewright agents list --unmanaged
            """)

    @Argument(help: "The agent, by fingerprint, or by id for system admins.")
    var agent: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(help: "What it is to be called; as it calls itself when not said.")
    var name: String?

    @Option(help: "What it is.")
    var description: String?

    @OptionGroup var output: OutputArguments

    func validate() throws {
        guard agent.isFingerprint || agent.isIdentifier else {
            throw ValidationError(
                "“\(agent)” is neither a fingerprint (SHA256: and 43 characters) nor an agent's id.")
        }
    }

    func run(_ session: ClientSession) async throws {
        let request = ClaimAgentRequest(
            fingerprint: agent.isFingerprint ? agent : nil,
            agentId: agent.isFingerprint ? nil : Identifier(rawValue: agent), name: name, description: description)
        let project = try await session.project(project)
        try output.printOne(try await session.client.claimAgent(in: project, request), on: session.console)
    }
}
