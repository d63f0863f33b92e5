package import Fleet
import NIOHTTP1

extension APIClient {
    package func listDrivers(
        in project: Identifier<Project>, _ filter: DriverFilter = DriverFilter(), _ page: PageRequest = .largest
    ) async throws -> Page<FleetDriver> {
        let query: [(name: String, value: String)] = .present([
            "state": filter.state?.rawValue, "direction": filter.direction?.rawValue,
        ])
        return try await read(APIRequest(.GET, "projects", project.rawValue, "drivers", query: query + page.query))
    }

    package func listRules(
        in project: Identifier<Project>, state: RuleCondition? = nil, _ page: PageRequest = .largest
    ) async throws -> Page<FleetRule> {
        let query: [(name: String, value: String)] = .present(["state": state?.rawValue])
        return try await read(APIRequest(.GET, "projects", project.rawValue, "rules", query: query + page.query))
    }
}
