import AsyncHTTPClient
package import Fleet
import NIOHTTP1

extension APIClient {
    package func listWorkloadDefaults() async throws -> [WorkloadDefaults] {
        let page: Page<WorkloadDefaults> = try await read(APIRequest(.GET, "workload-defaults"))
        return page.items
    }

    /// The whole of a category's defaults.
    package func putWorkloadDefaults(of category: ServiceCategory, _ body: WorkloadSettings) async throws {
        try await perform(APIRequest(.PUT, "workload-defaults", category.rawValue).sending(body))
    }

    /// What a hosted service is to be, and what was last seen of it.
    package func getWorkload(of id: Identifier<EdgeService>) async throws -> Workload {
        try await read(APIRequest(.GET, "services", id.rawValue, "workload"))
    }

    /// Asked from the service's host now.
    package func inspectContainer(of id: Identifier<EdgeService>) async throws -> ContainerInspection {
        try await read(APIRequest(.GET, "services", id.rawValue, "container"))
    }

    /// The last `tail` lines of a hosted service's log; with `follow` those to come as well.
    package func streamServiceLogs(
        of id: Identifier<EdgeService>, tail: Int, follow: Bool = false
    ) async throws -> LineStream {
        let query = [(name: "tail", value: "\(tail)"), (name: "follow", value: "\(follow)")]
        var request = APIRequest(.GET, "services", id.rawValue, "logs", query: query)
        request.accept = "text/plain"
        // A service may have nothing to say for a long while.
        let response = try await stream(request, on: connections.patient, timeout: connections.answerTimeout)
        return LineStream(bytes: APIByteStream(body: response.body, server: address))
    }
}
