import ArgumentParser
import Client
import Fleet

struct RepairServicesCommand: ServiceBatchCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair", abstract: "Bring the containers of hosted services back to what was asked for.")

    static let kind = BatchKind.repair

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var targets: BatchTargetArguments
    @OptionGroup(title: "How it is carried out") var policy: BatchPolicyArguments
    @OptionGroup var work: BatchWorkArguments
}
