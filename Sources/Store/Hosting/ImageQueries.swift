package import Fleet

/// A registry with its sealed password, which the API never shows.
package struct RegistryRecord: Sendable, Equatable {
    package var registry: ImageRegistry
    package var sealedPassword: String?

    package init(registry: ImageRegistry, sealedPassword: String?) {
        self.registry = registry
        self.sealedPassword = sealedPassword
    }
}

// What services are made from, and where that comes from.

extension SQLSession {
    // MARK: Images

    /// - Throws: `StoreError.uniqueViolation` of category and reference.
    package func insertImage(_ image: ContainerImage) throws {
        if image.isDefault { try clearDefaultImage(of: image.category) }
        try execute(
            """
            INSERT INTO container_image (id, category, reference, version, is_default, description, digest, created_at,
                updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                image.id.rawValue, image.category.rawValue, image.reference.text, image.version, image.isDefault,
                image.description, image.digest, image.createdAt.milliseconds, image.updatedAt.milliseconds,
            ])
    }

    package func updateImage(_ image: ContainerImage) throws {
        if image.isDefault { try clearDefaultImage(of: image.category) }
        try execute(
            """
            UPDATE container_image SET version = ?, is_default = ?, description = ?, digest = ?, updated_at = ? WHERE id = ?
            """,
            [
                image.version, image.isDefault, image.description, image.digest, image.updatedAt.milliseconds,
                image.id.rawValue,
            ])
    }

    private func clearDefaultImage(of category: ServiceCategory) throws {
        try execute(
            "UPDATE container_image SET is_default = 0 WHERE category = ? AND is_default = 1", [category.rawValue])
    }

    package func deleteImage(_ id: Identifier<ContainerImage>) throws {
        try execute("DELETE FROM container_image WHERE id = ?", [id.rawValue])
    }

    package func image(_ id: Identifier<ContainerImage>) throws -> ContainerImage? {
        try queryFirst("SELECT \(imageColumns) FROM container_image WHERE id = ?", [id.rawValue]).map(readImage)
    }

    package func defaultImage(of category: ServiceCategory) throws -> ContainerImage? {
        try queryFirst(
            "SELECT \(imageColumns) FROM container_image WHERE category = ? AND is_default = 1", [category.rawValue]
        ).map(readImage)
    }

    /// Images by reference.
    package func images(of category: ServiceCategory?, matching text: String?, _ request: PageRequest) throws
        -> Page<ContainerImage>
    {
        var condition = "1 = 1"
        var values: [any SQLBindable] = []
        if let category {
            condition += " AND category = ?"
            values.append(category.rawValue)
        }
        if let text {
            condition += " AND (LOWER(reference) LIKE ? ESCAPE '\\' OR LOWER(version) LIKE ? ESCAPE '\\')"
            values += [likePattern(containing: text), likePattern(containing: text)]
        }
        let list = KeysetList(order: "reference", keyColumn: "reference", idColumn: "id")
        var page = try list.page(
            self, request, select: "SELECT \(imageColumns) FROM container_image WHERE \(condition)", values: values,
            item: readImage, keys: { [.text($0.reference.text), .text($0.id.rawValue)] })
        if request.wantsTotal {
            page.total = try count("SELECT COUNT(*) FROM container_image WHERE \(condition)", values)
        }
        return page
    }

    // MARK: Registries

    /// - Throws: `StoreError.uniqueViolation` of the name or the address.
    package func insertRegistry(_ record: RegistryRecord) throws {
        let registry = record.registry
        try execute(
            """
            INSERT INTO image_registry (id, name, address, username, sealed_password, plain_http, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                registry.id.rawValue, registry.name, registry.address, registry.username, record.sealedPassword,
                registry.plainHTTP, registry.createdAt.milliseconds, registry.updatedAt.milliseconds,
            ])
    }

    /// - Throws: `StoreError.uniqueViolation` of the name.
    package func updateRegistry(_ record: RegistryRecord) throws {
        let registry = record.registry
        try execute(
            """
            UPDATE image_registry SET name = ?, username = ?, sealed_password = ?, plain_http = ?, updated_at = ?
            WHERE id = ?
            """,
            [
                registry.name, registry.username, record.sealedPassword, registry.plainHTTP,
                registry.updatedAt.milliseconds, registry.id.rawValue,
            ])
    }

    package func deleteRegistry(_ id: Identifier<ImageRegistry>) throws {
        try execute("DELETE FROM image_registry WHERE id = ?", [id.rawValue])
    }

    package func registry(_ id: Identifier<ImageRegistry>) throws -> RegistryRecord? {
        try queryFirst("SELECT \(registryColumns) FROM image_registry WHERE id = ?", [id.rawValue]).map(readRegistry)
    }

    package func registry(at address: String) throws -> RegistryRecord? {
        try queryFirst("SELECT \(registryColumns) FROM image_registry WHERE address = ?", [address]).map(readRegistry)
    }

    /// Registries by name.
    package func registries(_ request: PageRequest) throws -> Page<ImageRegistry> {
        let list = KeysetList(order: "name", keyColumn: "name", idColumn: "id")
        var page = try list.page(
            self, request, select: "SELECT \(registryColumns) FROM image_registry WHERE 1 = 1", values: [],
            item: { try readRegistry($0).registry }, keys: { [.text($0.name), .text($0.id.rawValue)] })
        if request.wantsTotal { page.total = try count("SELECT COUNT(*) FROM image_registry", []) }
        return page
    }

    // MARK: Defaults

    /// What was set instead of the built-in defaults.
    package func workloadDefaults() throws -> [ServiceCategory: WorkloadSettings] {
        var defaults: [ServiceCategory: WorkloadSettings] = [:]
        for row in try query("SELECT category, settings FROM workload_defaults", []) {
            defaults[try row.word(0)] = try decoded(try row.text(1))
        }
        return defaults
    }

    package func setWorkloadDefaults(_ settings: WorkloadSettings, for category: ServiceCategory) throws {
        try execute(
            """
            INSERT INTO workload_defaults (category, settings) VALUES (?, ?)
            ON CONFLICT (category) DO UPDATE SET settings = excluded.settings
            """, [category.rawValue, try encoded(settings)])
    }
}

private let imageColumns =
    "id, category, reference, version, is_default, description, digest, created_at, updated_at"

private func readImage(_ row: SQLRow) throws -> ContainerImage {
    let text = try row.text(2)
    guard let reference = try? ImageReference(text) else {
        throw StoreError(.corrupt, "the image “\(text)” in the store can't be read")
    }
    var image = ContainerImage(
        id: Identifier(rawValue: try row.text(0)), category: try row.word(1), reference: reference,
        version: try row.text(3), isDefault: try row.bool(4), description: try row.text(5),
        at: Timestamp(milliseconds: try row.integer(7)))
    image.digest = try row.textOrNil(6)
    image.updatedAt = Timestamp(milliseconds: try row.integer(8))
    return image
}

private let registryColumns = "id, name, address, username, sealed_password, plain_http, created_at, updated_at"

private func readRegistry(_ row: SQLRow) throws -> RegistryRecord {
    let sealed = try row.textOrNil(4)
    let registry = ImageRegistry(
        id: Identifier(rawValue: try row.text(0)), name: try row.text(1), address: try row.text(2),
        username: try row.textOrNil(3), hasPassword: sealed != nil, plainHTTP: try row.bool(5),
        createdAt: Timestamp(milliseconds: try row.integer(6)), updatedAt: Timestamp(milliseconds: try row.integer(7)))
    return RegistryRecord(registry: registry, sealedPassword: sealed)
}
