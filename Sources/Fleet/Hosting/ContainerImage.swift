/// An image that services of a category may be made from, as the API shows it.
package struct ContainerImage: Codable, Equatable, Sendable, Identifiable {
    package var id: Identifier<ContainerImage>
    package var category: ServiceCategory
    package var reference: ImageReference
    /// What people call it; the reference's tag when nothing else is said.
    package var version: String
    /// Taken where no image is named; one a category.
    package var isDefault: Bool
    package var description: String
    /// Of the manifest, as its registry said last: `sha256:…`.
    package var digest: String?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: Identifier<ContainerImage>, category: ServiceCategory, reference: ImageReference, version: String,
        isDefault: Bool, description: String, at time: Timestamp
    ) {
        self.id = id
        self.category = category
        self.reference = reference
        self.version = version
        self.isDefault = isDefault
        self.description = description
        digest = nil
        createdAt = time
        updatedAt = time
    }
}

package struct CreateImageRequest: Codable, Sendable {
    package var category: ServiceCategory
    package var reference: String
    package var version: String?
    package var isDefault: Bool?
    package var description: String?

    package init(
        category: ServiceCategory, reference: String, version: String? = nil, isDefault: Bool? = nil,
        description: String? = nil
    ) {
        self.category = category
        self.reference = reference
        self.version = version
        self.isDefault = isDefault
        self.description = description
    }
}

/// Body of editing an image: what is absent stays as it is. Another reference is another image.
package struct UpdateImageRequest: Codable, Sendable {
    package var version: String?
    package var isDefault: Bool?
    package var description: String?

    package init(version: String? = nil, isDefault: Bool? = nil, description: String? = nil) {
        self.version = version
        self.isDefault = isDefault
        self.description = description
    }
}

/// What an image's registry says of it.
package struct ImageCheck: Codable, Equatable, Sendable {
    package var found: Bool
    /// Why not; empty when it is.
    package var reason: String
    package var digest: String?
    /// For which it is made, as far as its manifest tells: `linux/amd64`.
    package var architectures: [String]

    package init(found: Bool, reason: String = "", digest: String? = nil, architectures: [String] = []) {
        self.found = found
        self.reason = reason
        self.digest = digest
        self.architectures = architectures
    }
}
