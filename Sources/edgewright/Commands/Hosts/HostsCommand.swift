import ArgumentParser

/// `edgewright hosts`: where hosted services run.
struct HostsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hosts", abstract: "Manage the nodes on which a project's services are run.",
        discussion: "A host is a Docker engine, named by its id, or by its name in the project.",
        subcommands: [
            ListHostsCommand.self, GetHostCommand.self, AddHostCommand.self, EditHostCommand.self,
            DeleteHostCommand.self, CheckHostCommand.self,
        ],
        aliases: ["host"])
}
