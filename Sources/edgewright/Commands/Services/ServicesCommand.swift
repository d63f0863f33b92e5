import ArgumentParser

/// `edgewright services`: the fleet.
struct ServicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "services", abstract: "Manage a project's edge services.",
        discussion: "A service is named by its id, or by its name in the project.",
        subcommands: [
            ListServicesCommand.self, GetServiceCommand.self, AddServiceCommand.self, EditServiceCommand.self,
            DeleteServicesCommand.self, TagServicesCommand.self, ImportServicesCommand.self,
            ExportServicesCommand.self, RequestServiceCommand.self, WatchServicesCommand.self,
            ServiceStatusCommand.self, ProbeServiceCommand.self, OpenServiceCommand.self,
        ],
        groupedSubcommands: [
            CommandGroup(
                name: "Hosted services",
                subcommands: [
                    InstallServicesCommand.self, UpgradeServicesCommand.self, StartServicesCommand.self,
                    StopServicesCommand.self, RestartServicesCommand.self, RepairServicesCommand.self,
                    ServiceLogsCommand.self, InspectContainerCommand.self, GetWorkloadCommand.self,
                ])
        ],
        aliases: ["service"])
}
