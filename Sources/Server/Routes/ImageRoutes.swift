import ControlPlane
import Fleet
import Hummingbird
import HummingbirdCore

/// What services are made from: images, registries, defaults.
enum ImageRoutes {
    static func routes(_ plane: ControlPlane) -> [Route] {
        images(plane.images) + registries(plane.registries) + defaults(plane.workloadDefaults)
    }

    private static func images(_ images: ImageCatalog) -> [Route] {
        [
            .anywhere(.get, "/images", "listImages", .editServices) { request, _ in
                let query = try request.query("category", "q", "limit", "cursor", "total")
                return try .json(
                    try await images.listImages(
                        of: try query.value("category"), q: try query.text("q"), try query.page()))
            },
            .platform(.post, "/images", "createImage", .editSettings) { request, access in
                let image = try await images.createImage(try await request.decode(), in: access)
                return try .created(image, at: "/api/v1/images/\(image.id)")
            },
            .anywhere(.get, "/images/{image}", "getImage", .editServices) { request, _ in
                try .json(try await images.getImage(try request.id("image")))
            },
            .platform(.patch, "/images/{image}", "updateImage", .editSettings) { request, access in
                try .json(
                    try await images.updateImage(try request.id("image"), try await request.decode(), in: access))
            },
            .platform(.delete, "/images/{image}", "deleteImage", .editSettings) { request, access in
                try await images.deleteImage(try request.id("image"), in: access)
                return .noContent
            },
            .platform(.post, "/images/{image}/check", "checkImage", .editSettings) { request, access in
                try .json(try await images.checkImage(try request.id("image"), in: access))
            },
        ]
    }

    private static func registries(_ registries: RegistryCatalog) -> [Route] {
        [
            .anywhere(.get, "/registries", "listRegistries", .editServices) { request, _ in
                let query = try request.query("limit", "cursor", "total")
                return try .json(try await registries.listRegistries(try query.page()))
            },
            .platform(.post, "/registries", "createRegistry", .editSettings) { request, access in
                let registry = try await registries.createRegistry(try await request.decode(), in: access)
                return try .created(registry, at: "/api/v1/registries/\(registry.id)")
            },
            .platform(.post, "/registries/check", "checkNewRegistry", .editSettings) { request, _ in
                try .json(try await registries.checkRegistry(try await request.decode()))
            },
            .anywhere(.get, "/registries/{registry}", "getRegistry", .editServices) { request, _ in
                try .json(try await registries.getRegistry(try request.id("registry")))
            },
            .platform(.patch, "/registries/{registry}", "updateRegistry", .editSettings) { request, access in
                try .json(
                    try await registries.updateRegistry(
                        try request.id("registry"), try await request.decode(), in: access))
            },
            .platform(.delete, "/registries/{registry}", "deleteRegistry", .editSettings) { request, access in
                try await registries.deleteRegistry(try request.id("registry"), in: access)
                return .noContent
            },
            .platform(.post, "/registries/{registry}/check", "checkRegistry", .editSettings) { request, access in
                try .json(try await registries.checkRegistry(try request.id("registry"), in: access))
            },
        ]
    }

    private static func defaults(_ defaults: WorkloadDefaultsCatalog) -> [Route] {
        [
            .anywhere(.get, "/workload-defaults", "listWorkloadDefaults", .editServices) { _, _ in
                try .json(["items": try await defaults.listWorkloadDefaults()])
            },
            .platform(.put, "/workload-defaults/{category}", "putWorkloadDefaults", .editSettings) {
                request, access in
                let name = request.parameters["category"] ?? ""
                guard let category = ServiceCategory(rawValue: name) else {
                    throw EdgewrightError.notFound("category", name)
                }
                return try .json(
                    try await defaults.putWorkloadDefaults(try await request.decode(), for: category, in: access))
            },
        ]
    }
}
