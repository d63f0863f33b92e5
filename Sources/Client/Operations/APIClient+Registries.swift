package import Fleet
import NIOHTTP1

extension APIClient {
    package func listRegistries(_ page: PageRequest = .largest) async throws -> Page<ImageRegistry> {
        try await read(APIRequest(.GET, "registries", query: page.query))
    }

    package func createRegistry(_ body: CreateRegistryRequest) async throws -> ImageRegistry {
        try await read(APIRequest(.POST, "registries").sending(body))
    }

    /// Asks a registry that is not in the list; nothing is saved.
    package func checkNewRegistry(_ body: CreateRegistryRequest) async throws -> RegistryCheck {
        try await read(APIRequest(.POST, "registries", "check").sending(body))
    }

    package func getRegistry(_ id: Identifier<ImageRegistry>) async throws -> ImageRegistry {
        try await read(APIRequest(.GET, "registries", id.rawValue))
    }

    package func updateRegistry(
        _ id: Identifier<ImageRegistry>, _ body: UpdateRegistryRequest
    ) async throws -> ImageRegistry {
        try await read(APIRequest(.PATCH, "registries", id.rawValue).sending(body))
    }

    package func deleteRegistry(_ id: Identifier<ImageRegistry>) async throws {
        try await perform(APIRequest(.DELETE, "registries", id.rawValue))
    }

    package func checkRegistry(_ id: Identifier<ImageRegistry>) async throws -> RegistryCheck {
        try await read(APIRequest(.POST, "registries", id.rawValue, "check"))
    }
}
