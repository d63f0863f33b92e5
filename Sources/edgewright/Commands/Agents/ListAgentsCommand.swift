import ArgumentParser
import Client
import Fleet

struct ListAgentsCommand: ClientCommand {
    enum Presence: String, EnumerableFlag {
        case online
        case offline

        static func help(for presence: Presence) -> ArgumentHelp? {
            presence == .online ? "Only those that are connected." : "Only those that are not connected."
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List a project's agents.",
        discussion: """
            NEW counts what an agent offers and is neither a service nor a host yet; “clone” says that its key is used \
            in two places. With --unmanaged, for system admins: those that came without an enrolment token, to be claimed.
            """,
        aliases: ["ls"])

    @OptionGroup var server: ServerArguments
    @OptionGroup var project: ProjectArgument

    @Flag(exclusivity: .exclusive)
    var presence: Presence?

    @Option(help: "managed, revoked, or unmanaged, which is --unmanaged.")
    var state: EdgeAgent.State?

    @Option(help: ArgumentHelp("Part of the name, address or fingerprint.", valueName: "text"))
    var search: String?

    @Flag(help: "Those that belong to no project yet.")
    var unmanaged = false

    @OptionGroup var list: ListArguments
    @OptionGroup var output: OutputArguments

    func validate() throws {
        guard wantsUnmanaged else { return }
        guard project.project == nil, presence == nil, state ?? .unmanaged == .unmanaged else {
            throw ValidationError("--unmanaged goes with --search alone: they belong to no project.")
        }
    }

    private var wantsUnmanaged: Bool { unmanaged || state == .unmanaged }

    func run(_ session: ClientSession) async throws {
        guard !wantsUnmanaged else { return try await listUnmanaged(session) }
        let client = session.client
        let filter = AgentFilter(state: state, online: presence.map { $0 == .online }, q: search)
        let project = try await session.project(project)
        let agents = try await session.collect(limit: list.bound) {
            try await client.listAgents(in: project, filter, $0)
        }
        try output.printList(agents, on: session.console)
    }

    private func listUnmanaged(_ session: ClientSession) async throws {
        let (client, search) = (session.client, search)
        let agents = try await session.collect(limit: list.bound) {
            try await client.listUnmanagedAgents(matching: search, $0)
        }
        try output.printList(agents.map(UnmanagedAgent.init), on: session.console)
    }
}
