/// A label on services.
package struct Tag: Codable, Equatable, Sendable, Identifiable {
    package var id: Identifier<Tag>
    package var name: String
    /// How many services have it.
    package var services: Int
    package var createdAt: Timestamp

    package init(id: Identifier<Tag>, name: String, services: Int, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.services = services
        self.createdAt = createdAt
    }
}

/// Body of creating or renaming a tag.
package struct TagRequest: Codable, Sendable {
    package var name: String

    package init(name: String) { self.name = name }
}

/// Body of changing the tags of services.
package struct AssociateTagsRequest: Codable, Sendable {
    package var add: [String]?
    package var remove: [String]?

    package init(add: [String]? = nil, remove: [String]? = nil) {
        self.add = add
        self.remove = remove
    }
}

package enum TagName {
    package static let rule = TextRule(field: "name", length: 1...50, forbidden: [";", ",", "\""])

    package static func check(_ text: String, field: String) throws -> String {
        try TextRule(field: field, length: rule.length, forbidden: rule.forbidden).check(text)
    }

    /// The names of one service's tags, each once, in their own order.
    /// - Throws: `.invalidInput` naming `field` for a bad name, or more than ten.
    package static func checkSet(_ names: [String], field: String = "tags") throws -> [String] {
        var seen: Set<String> = []
        let unique = try names.map { try check($0, field: field) }.filter { seen.insert($0).inserted }
        guard unique.count <= EdgeService.maximumTags else {
            throw EdgewrightError.invalid(field, "has more than \(EdgeService.maximumTags) tags")
        }
        return unique
    }
}
