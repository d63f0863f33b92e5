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

    func validate() throws {
        guard [!services.isEmpty, !filter.isEmpty, all].count(where: \.self) == 1 else {
            throw ValidationError("Name the services, or give a filter such as --tag or --status, or say --all.")
        }
    }

    func targets(_ session: ClientSession, in project: Identifier<Project>) async throws -> BatchTargets {
        guard !services.isEmpty else {
            return BatchTargets(filter: try await filter.filter(session, in: project))
        }
        var ids: [Identifier<EdgeService>] = []
        var seen: Set<Identifier<EdgeService>> = []
        for service in services {
            let id = try await session.service(named: service, in: project).id
            if seen.insert(id).inserted { ids.append(id) }
        }
        return BatchTargets(ids: ids)
    }
}
