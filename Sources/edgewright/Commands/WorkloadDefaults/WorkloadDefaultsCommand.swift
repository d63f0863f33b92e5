import ArgumentParser

/// `edgewright workload-defaults`: how services are run unless something else is asked for.
struct WorkloadDefaultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workload-defaults", abstract: "Manage how hosted services of a category are run.",
        subcommands: [GetWorkloadDefaultsCommand.self, SetWorkloadDefaultsCommand.self])
}
