import ArgumentParser

/// `edgewright agents`: programs beside services that the platform can't reach.
struct AgentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agents", abstract: "Manage the agents through which services and hosts behind NAT are reached.",
        discussion: """
            An agent is named by its id, by its name in the project, or by its fingerprint. It joins a project with an \
            enrolment token (edgewright enrollment-tokens create), or without one waits to be claimed.
            """,
        subcommands: [
            ListAgentsCommand.self, GetAgentCommand.self, ClaimAgentCommand.self, EditAgentCommand.self,
            TransferAgentCommand.self, RevokeAgentCommand.self, RestoreAgentCommand.self, DeleteAgentCommand.self,
            DismissAgentCloneCommand.self,
        ],
        groupedSubcommands: [
            CommandGroup(
                name: "What they offer",
                subcommands: [
                    ListAgentOffersCommand.self, AdoptAgentOffersCommand.self, DiscoverAgentServicesCommand.self,
                ])
        ],
        aliases: ["agent"])
}
