package import Fleet
import NIOHTTP1

extension APIClient {
    package func listUsers(matching q: String? = nil, _ page: PageRequest = .largest) async throws -> Page<User> {
        try await read(APIRequest(.GET, "users", query: .present(["q": q]) + page.query))
    }

    package func createUser(_ body: CreateUserRequest) async throws -> User {
        try await read(APIRequest(.POST, "users").sending(body))
    }

    package func getUser(_ id: Identifier<User>) async throws -> User {
        try await read(APIRequest(.GET, "users", id.rawValue))
    }

    package func updateUser(_ id: Identifier<User>, _ body: UpdateUserRequest) async throws -> User {
        try await read(APIRequest(.PATCH, "users", id.rawValue).sending(body))
    }

    package func deleteUser(_ id: Identifier<User>) async throws {
        try await perform(APIRequest(.DELETE, "users", id.rawValue))
    }

    package func resetPassword(_ id: Identifier<User>, _ body: ResetPasswordRequest) async throws {
        try await perform(APIRequest(.PUT, "users", id.rawValue, "password").sending(body))
    }
}

extension [(name: String, value: String)] {
    /// The parts of a query that have a value.
    static func present(_ parts: KeyValuePairs<String, String?>) -> Self {
        parts.compactMap { name, value in value.map { (name, $0) } }
    }
}
