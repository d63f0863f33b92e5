/// A registry that images come from, as the API shows it. The password is sealed in the store and never shown.
package struct ImageRegistry: Codable, Equatable, Sendable, Identifiable {
    package static let nameRule = TextRule(field: "name", length: 1...200)

    package var id: Identifier<ImageRegistry>
    package var name: String
    /// `host` or `host:port`: the first part of its images' references.
    package var address: String
    package var username: String?
    package var hasPassword: Bool
    /// Spoken to without TLS. Engines have to be told so as well.
    package var plainHTTP: Bool
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: Identifier<ImageRegistry>, name: String, address: String, username: String?, hasPassword: Bool,
        plainHTTP: Bool, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.address = address
        self.username = username
        self.hasPassword = hasPassword
        self.plainHTTP = plainHTTP
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

package struct CreateRegistryRequest: Codable, Sendable {
    package var name: String
    package var address: String
    package var username: String?
    package var password: String?
    package var plainHTTP: Bool?

    package init(
        name: String, address: String, username: String? = nil, password: String? = nil, plainHTTP: Bool? = nil
    ) {
        self.name = name
        self.address = address
        self.username = username
        self.password = password
        self.plainHTTP = plainHTTP
    }
}

/// Body of editing a registry: what is absent stays as it is; an empty user name takes the credentials away.
package struct UpdateRegistryRequest: Codable, Sendable {
    package var name: String?
    package var username: String?
    package var password: String?
    package var plainHTTP: Bool?

    package init(name: String? = nil, username: String? = nil, password: String? = nil, plainHTTP: Bool? = nil) {
        self.name = name
        self.username = username
        self.password = password
        self.plainHTTP = plainHTTP
    }
}

package struct RegistryCheck: Codable, Equatable, Sendable {
    package var ok: Bool
    /// Why not; empty when it is.
    package var reason: String

    package init(ok: Bool, reason: String = "") {
        self.ok = ok
        self.reason = reason
    }
}

/// What a registry is told so that it hands out an image.
package struct RegistryCredential: Equatable, Sendable {
    package var username: String
    package var password: String

    package init(username: String, password: String) {
        self.username = username
        self.password = password
    }
}
