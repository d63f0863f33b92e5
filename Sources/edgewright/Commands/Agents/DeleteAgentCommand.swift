import ArgumentParser
import Client
import Fleet

struct DeleteAgentCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove an agent from the platform, and cut it off.",
        discussion: "One that goes on running comes back as unmanaged; to keep it out, revoke it instead.",
        aliases: ["rm"])

    @Argument(help: "The agent, by id, name or fingerprint.")
    var agent: String

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Flag(help: "With the entries of the services and hosts behind it; these themselves go on running.")
    var withServices = false

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    func run(_ session: ClientSession) async throws {
        let found = try await session.agent(named: agent, in: project)
        try session.console.confirm(question(found), assumeYes: yes)
        do {
            try await session.client.deleteAgent(found.id, services: withServices)
        } catch let problem as APIProblem where problem.status == 409 && !withServices {
            throw CommandFailure(
                .failed, problem.detail, advice: "With --with-services the entries of what is behind it go too.")
        }
        session.console.say("Deleted the agent \(found.name.withoutControlCharacters).\n")
    }

    private func question(_ agent: EdgeAgent) -> String {
        let name = agent.name.withoutControlCharacters
        guard withServices, agent.services + agent.hosts > 0 else { return "Delete the agent \(name)?" }
        let behind = [(agent.services, "service"), (agent.hosts, "host")].filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        return "Delete the agent \(name) with \(behind.joined(separator: " and ")) behind it?"
    }
}
