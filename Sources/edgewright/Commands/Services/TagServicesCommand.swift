import ArgumentParser
import Client
import Fleet

struct TagServicesCommand: ServiceBatchCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "Add tags to services and remove them.",
        discussion: """
            edgewright services tag press-4 press-5 --add hall-3 --remove hall-2
            edgewright services tag --tag hall-2 --status offline --add inspect

            Waits until it is done, unless --detach is given.
            """)

    static let kind = BatchKind.tag
    static let waits: Bool? = true

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument
    @OptionGroup var targets: BatchTargetArguments

    @Option(help: ArgumentHelp("A tag to add; may be given several times.", valueName: "tag"))
    var add: [String] = []

    @Option(help: ArgumentHelp("A tag to remove; may be given several times.", valueName: "tag"))
    var remove: [String] = []

    @OptionGroup(title: "How it is carried out") var policy: BatchPolicyArguments
    @OptionGroup var work: BatchWorkArguments

    func validate() throws {
        guard !add.isEmpty || !remove.isEmpty else { throw ValidationError("Say which tags: --add TAG, --remove TAG.") }
        try policy.check(for: Self.kind)
    }

    func parameters(_ session: ClientSession) async throws -> BatchParameters? {
        BatchParameters(add: add.isEmpty ? nil : add, remove: remove.isEmpty ? nil : remove)
    }
}
