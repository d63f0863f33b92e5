import ArgumentParser
import Client
import Fleet

struct StopServicesCommand: ServiceBatchCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop hosted services; they stay stopped until they are started.")

    static let kind = BatchKind.stop

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var targets: BatchTargetArguments
    @OptionGroup(title: "How it is carried out") var policy: BatchPolicyArguments
    @OptionGroup var work: BatchWorkArguments
}
