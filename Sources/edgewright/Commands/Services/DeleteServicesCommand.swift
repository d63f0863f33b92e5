import ArgumentParser
import Client
import Fleet

struct DeleteServicesCommand: ServiceBatchCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Remove services from the platform, and hosted ones from their hosts; managed ones go on running.",
        discussion: """
            edgewright services delete press-4
            edgewright services delete --tag scrapped --dry-run

            Waits until it is done, unless --detach is given.
            """,
        aliases: ["rm"])

    static let kind = BatchKind.delete
    static let alwaysAsks = true
    static let waits: Bool? = true

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var targets: BatchTargetArguments

    @Flag(help: "Hosted services: their volumes too, and with them all their data.")
    var deleteVolumes = false

    @Flag(help: "Hosted services: the host is gone for good; only take them out of the platform.")
    var force = false

    @OptionGroup(title: "How it is carried out") var policy: BatchPolicyArguments
    @OptionGroup var work: BatchWorkArguments

    func parameters(_ session: ClientSession) async throws -> BatchParameters? {
        guard deleteVolumes || force else { return nil }
        var parameters = BatchParameters()
        parameters.deleteVolumes = deleteVolumes ? true : nil
        parameters.force = force ? true : nil
        return parameters
    }
}
