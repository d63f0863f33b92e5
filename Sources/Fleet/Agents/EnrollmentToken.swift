/// Lets agents join a project by themselves, for a while and so many times; without its secret.
package struct EnrollmentToken: Codable, Equatable, Sendable, Identifiable {
    package static let nameRule = TextRule(field: "name", length: 1...100)
    /// A year at most: a token that never ends is one that is lost at some time.
    package static let lifetimeHours = 1...8784
    package static let defaultLifetimeHours = 24
    package static let uses = 1...100_000
    package static let defaultUses = 1

    package enum State: String, Codable, Sendable, CaseIterable {
        case active
        case expired
        case usedUp
        case revoked
    }

    package var id: Identifier<EnrollmentToken>
    package var projectId: Identifier<Project>
    package var name: String
    package var state: State
    /// Whether what an agent offers is added to the project by itself when it joins with this token, and later.
    package var adoptsOffers: Bool
    /// Of the services that are added.
    package var tags: [String]
    package var maximumUses: Int
    package var uses: Int
    package var createdBy: String
    package var createdAt: Timestamp
    package var expiresAt: Timestamp
    package var lastUsedAt: Timestamp?
    package var revokedAt: Timestamp?

    package init(
        id: Identifier<EnrollmentToken>, projectId: Identifier<Project>, name: String, adoptsOffers: Bool,
        tags: [String], maximumUses: Int, createdBy: String, createdAt: Timestamp, expiresAt: Timestamp
    ) {
        self.id = id
        self.projectId = projectId
        self.name = name
        state = .active
        self.adoptsOffers = adoptsOffers
        self.tags = tags
        self.maximumUses = maximumUses
        uses = 0
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    package func state(at now: Timestamp) -> State {
        if revokedAt != nil { return .revoked }
        if expiresAt <= now { return .expired }
        return uses >= maximumUses ? .usedUp : .active
    }
}

extension EnrollmentToken {
    private enum CodingKeys: String, CodingKey {
        case id, projectId, name, state, adoptsOffers, tags, maximumUses, uses, createdBy, createdAt, expiresAt
        case lastUsedAt, revokedAt
    }

    /// What is not known yet is there as null.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(projectId, forKey: .projectId)
        try container.encode(name, forKey: .name)
        try container.encode(state, forKey: .state)
        try container.encode(adoptsOffers, forKey: .adoptsOffers)
        try container.encode(tags, forKey: .tags)
        try container.encode(maximumUses, forKey: .maximumUses)
        try container.encode(uses, forKey: .uses)
        try container.encode(createdBy, forKey: .createdBy)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(expiresAt, forKey: .expiresAt)
        try container.encode(lastUsedAt, forKey: .lastUsedAt)
        try container.encode(revokedAt, forKey: .revokedAt)
    }
}

package struct CreateEnrollmentTokenRequest: Codable, Sendable {
    package var name: String
    /// Hours from now; a day when absent.
    package var expiresInHours: Int?
    /// How many agents may join with it; one when absent.
    package var maximumUses: Int?
    package var adoptsOffers: Bool?
    package var tags: [String]?

    package init(
        name: String, expiresInHours: Int? = nil, maximumUses: Int? = nil, adoptsOffers: Bool? = nil,
        tags: [String]? = nil
    ) {
        self.name = name
        self.expiresInHours = expiresInHours
        self.maximumUses = maximumUses
        self.adoptsOffers = adoptsOffers
        self.tags = tags
    }
}

/// The one time that the secret is shown, with the commands to paste on the agent's machine.
package struct CreatedEnrollmentToken: Codable, Sendable {
    /// Each is whole: it fetches the program from the platform where it needs to.
    package struct Commands: Codable, Equatable, Sendable {
        /// Installs it as a service of systemd.
        package var install: String
        /// Runs it for as long as the terminal is open.
        package var run: String
        /// Runs it in a container, with the machine's Docker engine as a host.
        package var container: String

        package init(install: String, run: String, container: String) {
            self.install = install
            self.run = run
            self.container = container
        }
    }

    package var id: Identifier<EnrollmentToken>
    package var token: String
    package var name: String
    package var expiresAt: Timestamp
    package var maximumUses: Int
    package var commands: Commands

    package init(_ token: EnrollmentToken, secret: String, commands: Commands) {
        id = token.id
        self.token = secret
        name = token.name
        expiresAt = token.expiresAt
        maximumUses = token.maximumUses
        self.commands = commands
    }
}
