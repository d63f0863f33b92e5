import ArgumentParser
import Client
import Fleet

/// Which services a batch is for: named one by one, by a filter, or all.
struct BatchTargetArguments: ParsableArguments {
    @Argument(help: "The services, by id or name.")
    var services: [String] = []

    @OptionGroup(title: "Instead of naming services") var filter: ServiceFilterArguments

    @Flag(help: "All services of the project; asks before.")
    var all = false

    @Option(
        help: ArgumentHelp(
            "Not this one, by id or name, of what a filter or --all finds; may be given several times.",
            valueName: "service"))
    var except: [String] = []

    func validate() throws {
        guard except.isEmpty || services.isEmpty else {
            throw ValidationError(
                "--except takes away from a filter or --all; of services that are named, leave it out.")
        }
        guard [!services.isEmpty, !filter.isEmpty, all].count(where: \.self) == 1 else {
            throw ValidationError("Name the services, or give a filter such as --tag or --status, or say --all.")
        }
    }

    func targets(_ session: ClientSession, in project: Identifier<Project>) async throws -> BatchTargets {
        guard !services.isEmpty else {
            let left = try await Self.ids(of: except, session, in: project)
            return BatchTargets(
                filter: try await filter.filter(session, in: project), except: left.isEmpty ? nil : left)
        }
        return BatchTargets(ids: try await Self.ids(of: services, session, in: project))
    }

    private static func ids(
        of services: [String], _ session: ClientSession, in project: Identifier<Project>
    ) async throws -> [Identifier<EdgeService>] {
        var ids: [Identifier<EdgeService>] = []
        var seen: Set<Identifier<EdgeService>> = []
        for service in services {
            let id = try await session.service(named: service, in: project).id
            if seen.insert(id).inserted { ids.append(id) }
        }
        return ids
    }
}
