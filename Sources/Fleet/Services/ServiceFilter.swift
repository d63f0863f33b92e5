/// Which services of a project are meant; every part that is set must hold.
package struct ServiceFilter: Codable, Equatable, Sendable {
    package var status: ServiceStatus?
    package var mode: ServiceMode?
    package var connection: ServiceConnection?
    package var category: ServiceCategory?
    /// Names of tags; a service must have all of them.
    package var tags: [String]
    package var version: String?
    /// Part of the name or the endpoint, in any case.
    package var q: String?
    /// The host they are on.
    package var host: Identifier<EdgeHost>?
    /// The agent they are reached through.
    package var agent: Identifier<EdgeAgent>?
    /// Whether their container is not as it was asked for.
    package var drifted: Bool?

    package init(
        status: ServiceStatus? = nil, mode: ServiceMode? = nil, connection: ServiceConnection? = nil,
        category: ServiceCategory? = nil, tags: [String] = [], version: String? = nil, q: String? = nil,
        host: Identifier<EdgeHost>? = nil, agent: Identifier<EdgeAgent>? = nil, drifted: Bool? = nil
    ) {
        self.status = status
        self.mode = mode
        self.connection = connection
        self.category = category
        self.tags = tags
        self.version = version
        self.q = q
        self.host = host
        self.agent = agent
        self.drifted = drifted
    }
}

extension ServiceFilter {
    /// What is not given is no condition.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            status: try container.decodeIfPresent(ServiceStatus.self, forKey: .status),
            mode: try container.decodeIfPresent(ServiceMode.self, forKey: .mode),
            connection: try container.decodeIfPresent(ServiceConnection.self, forKey: .connection),
            category: try container.decodeIfPresent(ServiceCategory.self, forKey: .category),
            tags: try container.decodeIfPresent([String].self, forKey: .tags) ?? [],
            version: try container.decodeIfPresent(String.self, forKey: .version),
            q: try container.decodeIfPresent(String.self, forKey: .q),
            host: try container.decodeIfPresent(Identifier<EdgeHost>.self, forKey: .host),
            agent: try container.decodeIfPresent(Identifier<EdgeAgent>.self, forKey: .agent),
            drifted: try container.decodeIfPresent(Bool.self, forKey: .drifted))
    }
}

/// The order of a list of services; the id breaks ties.
package struct ServiceSort: Equatable, Sendable, CustomStringConvertible {
    package enum Key: String, Codable, Sendable, CaseIterable {
        case name
        case category
        case status
        case statusSince
        case version
        case createdAt
    }

    package var key: Key
    package var descending: Bool

    package static let byName = ServiceSort(key: .name, descending: false)

    package init(key: Key, descending: Bool) {
        self.key = key
        self.descending = descending
    }

    /// `name`, or `-name` for descending.
    /// - Throws: `.invalidInput` naming `sort`.
    package init(_ text: String) throws {
        descending = text.hasPrefix("-")
        guard let key = Key(rawValue: descending ? String(text.dropFirst()) : text) else {
            let known = Key.allCases.map(\.rawValue).joined(separator: ", ")
            throw EdgewrightError.invalid("sort", "must be one of \(known), with “-” in front for descending")
        }
        self.key = key
    }

    package var description: String { descending ? "-\(key.rawValue)" : key.rawValue }
}
