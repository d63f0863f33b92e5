import NIOHTTP1

extension APIClient {
    private struct Status: Decodable, Sendable { var status: String }

    /// - Throws: when the process does not answer.
    package func getHealth() async throws {
        let _: Status = try await read(APIRequest(.GET, path: "/healthz"))
    }

    /// - Throws: `APIProblem` with status 503 while it can't serve.
    package func getReadiness() async throws {
        let _: Status = try await read(APIRequest(.GET, path: "/readyz"))
    }

    /// Prometheus text.
    package func getMetrics() async throws -> String { try await readText(text(path: "/metrics")) }

    /// The API's own description.
    package func getOpenAPI() async throws -> String { try await readText(text(path: "/api/v1/openapi.yaml")) }

    /// The public key to place in edge services, PEM.
    package func getEdgePublicKey() async throws -> String {
        try await readText(text(path: "/api/v1/keys/edge.pub"))
    }

    private func text(path: String) -> APIRequest {
        var request = APIRequest(.GET, path: path)
        request.accept = "*/*"
        return request
    }
}
