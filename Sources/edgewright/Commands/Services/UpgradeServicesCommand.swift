import ArgumentParser
import Client
import Fleet

struct UpgradeServicesCommand: ServiceBatchCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade", abstract: "Put hosted services on another image; their data and settings stay.",
        discussion: """
            edgewright services upgrade --tag press --image 3.7.0 --waves 1,10%,50% --health-gate 60 \
            --failure-threshold 5% --on-failure rollback
            """)

    static let kind = BatchKind.upgrade

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var targets: BatchTargetArguments

    @Option(help: ArgumentHelp("The image to go to, by id, reference or version.", valueName: "image"))
    var image: String

    @OptionGroup(title: "How it is carried out") var policy: BatchPolicyArguments
    @OptionGroup var work: BatchWorkArguments

    func parameters(_ session: ClientSession) async throws -> BatchParameters? {
        var parameters = BatchParameters()
        parameters.image = try await session.image(named: image, of: targets.filter.category).id
        return parameters
    }
}
