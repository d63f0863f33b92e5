/// A tenant: owns projects.
package struct Organization: Codable, Equatable, Sendable, Identifiable {
    package static let nameRule = TextRule(field: "name", length: 1...100)

    package var id: Identifier<Organization>
    package var name: String
    package var description: String
    package var createdAt: Timestamp

    package init(id: Identifier<Organization>, name: String, description: String, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.description = description
        self.createdAt = createdAt
    }
}

/// Body of creating an organization or a project.
package struct CreateTenantRequest: Codable, Sendable {
    package var name: String
    package var description: String?

    package init(name: String, description: String? = nil) {
        self.name = name
        self.description = description
    }
}

/// Body of editing an organization or a project: what is absent stays.
package struct UpdateTenantRequest: Codable, Sendable {
    package var name: String?
    package var description: String?

    package init(name: String? = nil, description: String? = nil) {
        self.name = name
        self.description = description
    }
}

/// Where services live; everything a fleet has belongs to exactly one.
package struct Project: Codable, Equatable, Sendable, Identifiable {
    package static let nameRule = TextRule(field: "name", length: 1...100)

    package var id: Identifier<Project>
    package var orgId: Identifier<Organization>
    package var name: String
    package var description: String
    package var createdAt: Timestamp

    package init(
        id: Identifier<Project>, orgId: Identifier<Organization>, name: String, description: String,
        createdAt: Timestamp
    ) {
        self.id = id
        self.orgId = orgId
        self.name = name
        self.description = description
        self.createdAt = createdAt
    }
}

extension TextRule {
    package static let description = TextRule(field: "description", length: 0...1000)
}
