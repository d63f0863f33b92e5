import ArgumentParser
import Client
import Fleet

struct StartServicesCommand: ServiceBatchCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start hosted services.")

    static let kind = BatchKind.start

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var targets: BatchTargetArguments
    @OptionGroup(title: "How it is carried out") var policy: BatchPolicyArguments
    @OptionGroup var work: BatchWorkArguments
}
