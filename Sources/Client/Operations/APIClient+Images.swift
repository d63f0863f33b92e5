package import Fleet
import NIOHTTP1

extension APIClient {
    package func listImages(
        of category: ServiceCategory? = nil, matching q: String? = nil, _ page: PageRequest = .largest
    ) async throws -> Page<ContainerImage> {
        let query: [(name: String, value: String)] = .present(["category": category?.rawValue, "q": q])
        return try await read(APIRequest(.GET, "images", query: query + page.query))
    }

    package func createImage(_ body: CreateImageRequest) async throws -> ContainerImage {
        try await read(APIRequest(.POST, "images").sending(body))
    }

    package func getImage(_ id: Identifier<ContainerImage>) async throws -> ContainerImage {
        try await read(APIRequest(.GET, "images", id.rawValue))
    }

    package func updateImage(
        _ id: Identifier<ContainerImage>, _ body: UpdateImageRequest
    ) async throws -> ContainerImage {
        try await read(APIRequest(.PATCH, "images", id.rawValue).sending(body))
    }

    package func deleteImage(_ id: Identifier<ContainerImage>) async throws {
        try await perform(APIRequest(.DELETE, "images", id.rawValue))
    }

    /// Asks the image's registry.
    package func checkImage(_ id: Identifier<ContainerImage>) async throws -> ImageCheck {
        try await read(APIRequest(.POST, "images", id.rawValue, "check"))
    }
}
