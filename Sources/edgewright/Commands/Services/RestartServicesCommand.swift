import ArgumentParser
import Client
import Fleet

struct RestartServicesCommand: ServiceBatchCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "Restart hosted services.")

    static let kind = BatchKind.restart

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var targets: BatchTargetArguments
    @OptionGroup(title: "How it is carried out") var policy: BatchPolicyArguments
    @OptionGroup var work: BatchWorkArguments
}
