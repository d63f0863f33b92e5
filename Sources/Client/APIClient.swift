import Fleet
import Foundation

/// The public API of a control plane, one method an operation, named as in `openapi.yaml`.
///
/// A value: `signed(in:)` gives a second client over the same connections. Whoever makes `APIConnections` shuts them
/// down; `withAPIClient` does both.
package struct APIClient: Sendable {
    let server: ServerAddress
    let credential: APICredential
    let connections: APIConnections
    let retries: RetryPolicy

    /// `server` is where the control plane answers, `https://edge.example.com`, with a base path if it has one.
    ///
    /// - Throws: `.invalidInput` naming `server`.
    package init(
        server: String, credential: APICredential = .none, connections: APIConnections,
        retries: RetryPolicy = .standard
    ) throws {
        self.init(
            server: try ServerAddress(server), credential: credential, connections: connections, retries: retries)
    }

    private init(
        server: ServerAddress, credential: APICredential, connections: APIConnections, retries: RetryPolicy
    ) {
        self.server = server
        self.credential = credential
        self.connections = connections
        self.retries = retries
    }

    /// The same server and connections, with another credential.
    package func signed(in credential: APICredential) -> APIClient {
        APIClient(server: server, credential: credential, connections: connections, retries: retries)
    }

    /// The server's address in its normal form.
    package var address: String { server.base }
}

/// Runs `body` with a client whose connections are closed afterwards, whatever happens.
package func withAPIClient<Result: Sendable>(
    server: String, credential: APICredential = .none, options: ConnectionOptions = ConnectionOptions(),
    retries: RetryPolicy = .standard, _ body: (APIClient) async throws -> Result
) async throws -> Result {
    let connections = try APIConnections(options)
    do {
        let client = try APIClient(
            server: server, credential: credential, connections: connections, retries: retries)
        let result = try await body(client)
        try await connections.shutdown()
        return result
    } catch {
        // The first error is the one that matters.
        try? await connections.shutdown()
        throw error
    }
}

/// How a client proves who asks.
package enum APICredential: Equatable, Sendable {
    case none
    /// An API token, `ewt_...`.
    case token(String)
    /// A browser-like session: the whole `name=value` of its cookie, and the token that goes with every change.
    case session(cookie: String, csrfToken: String)
}

/// Where a control plane answers.
struct ServerAddress: Equatable, Sendable {
    /// Scheme, host, port and base path, without a slash at the end.
    let base: String

    init(_ text: String) throws {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        let spelled = trimmed.contains("://") ? trimmed : "http://" + trimmed
        guard let parts = URLComponents(string: spelled), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty, parts.query == nil,
            parts.fragment == nil, parts.user == nil
        else {
            throw EdgewrightError.invalid("server", "is not an address such as https://edge.example.com")
        }
        var path = parts.percentEncodedPath
        while path.last == "/" { path.removeLast() }
        let port = parts.port.map { ":\($0)" } ?? ""
        base = "\(scheme)://\(host.lowercased())\(port)\(path)"
    }
}
