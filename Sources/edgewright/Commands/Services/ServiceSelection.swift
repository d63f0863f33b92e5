import ArgumentParser
import Client
import Fleet

/// Several services: named one by one, or by a filter.
struct ServiceSelection: ParsableArguments {
    @Argument(help: "The services, by id or name.")
    var services: [String] = []

    @OptionGroup(title: "Instead of naming services") var filter: ServiceFilterArguments

    func validate() throws {
        guard services.isEmpty != filter.isEmpty else {
            throw ValidationError("Name the services, or give a filter such as --tag or --status; not both.")
        }
    }

    /// - Throws: also when none is found: a filter with a slip in it must not look like success.
    func find(_ session: ClientSession, in project: ProjectArgument) async throws -> [EdgeService] {
        guard services.isEmpty else {
            var found: [EdgeService] = []
            for service in services {
                let next = try await session.service(named: service, in: project)
                if !found.contains(where: { $0.id == next.id }) { found.append(next) }
            }
            return found
        }
        let (client, filter) = (session.client, filter.filter)
        let project = try await session.project(project)
        let found = try await session.collect { try await client.listServices(in: project, filter, $0) }
        guard !found.isEmpty else { throw CommandFailure(.notFound, "No service is like that.") }
        return found
    }
}
