import ArgumentParser
import Client
import Fleet

struct InstallServicesCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Make new services on hosts.",
        discussion: """
            edgewright services install --prefix press- --hosts hall-1,hall-2 --count 10 --tags press --dry-run
            edgewright services install --prefix gate- --hosts hall-1 --image 3.6.0 --port 8085 \
            --env MODE=line --volume data:/opt/neuronex/data --authentication
            """)

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Option(help: "What the new services' names begin with; six characters are added.")
    var prefix: String

    @Option(
        name: [.long, .customLong("host")],
        help: ArgumentHelp("The hosts, by id or name, with commas; may be given several times.", valueName: "hosts"))
    var hosts: [String]

    @Option(help: "So many services in all, spread over the hosts; one on each when not said.")
    var count: Int?

    @Option(help: "neuronex, neuron, ekuiper or custom; the image's when not said, and neuronex without one.")
    var category: ServiceCategory?

    @Option(help: "The image, by id, reference or version; the category's default when not said.")
    var image: String?

    @Flag(inversion: .prefixedNo, help: "Whether the services ask who calls them.")
    var authentication: Bool?

    @Option(
        name: [.long, .customLong("tag"), .customShort("t")],
        help: ArgumentHelp("Tags, with commas; may be given several times.", valueName: "tags"))
    var tags: [String] = []

    @Option(help: "As --dry-run has said it: the services get the names that were shown there.")
    var nameSeed: Int?

    @OptionGroup(title: "How they are run, where not as workload-defaults say") var workload: WorkloadArguments
    @OptionGroup(title: "How it is carried out") var policy: BatchPolicyArguments
    @OptionGroup var work: BatchWorkArguments

    func validate() throws {
        guard (1...20).contains(prefix.count) else { throw ValidationError("--prefix must have 1 to 20 characters.") }
        guard !Self.parts(hosts).isEmpty else { throw ValidationError("--hosts names no host.") }
        guard count.map({ (1...BatchTargets.maximum).contains($0) }) ?? true else {
            throw ValidationError("--count must be 1 to \(BatchTargets.maximum).")
        }
        try policy.check(for: .install)
    }

    func run(_ session: ClientSession) async throws {
        let settings = try workload.settings(environment: session.context.environment)
        let project = try await session.project(project)
        var hostIds: [Identifier<EdgeHost>] = []
        for host in Self.parts(hosts) {
            let id = try await session.host(named: host, in: project).id
            if !hostIds.contains(id) { hostIds.append(id) }
        }
        var parameters = BatchParameters()
        parameters.namePrefix = prefix
        parameters.category = category
        parameters.nameSeed = nameSeed ?? (work.dryRun ? .random(in: 1...999_999_999) : nil)
        if let image { parameters.image = try await session.image(named: image, of: category).id }
        parameters.settings = settings
        parameters.authentication = authentication
        let tags = Self.parts(tags)
        parameters.tags = tags.isEmpty ? nil : tags
        let request = CreateBatchRequest(
            kind: .install, targets: BatchTargets(hosts: hostIds, count: count), parameters: parameters,
            policy: policy.policy(for: .install))
        try await work.perform(request, in: project, session, asking: false)
    }

    /// Neither a host's id nor a tag has a comma in it.
    private static func parts(_ texts: [String]) -> [String] {
        texts.flatMap { $0.split(separator: ",") }.map { String($0.trimmingPrefix(" ")) }
    }
}
