/// One page of a list.
package struct Page<Item: Codable & Sendable>: Codable, Sendable {
    package var items: [Item]
    /// Goes back as `cursor` for the following page; `nil` on the last one.
    package var next: String?
    /// How many there are on all pages; only when asked for with `total=true`.
    package var total: Int?

    package init(items: [Item], next: String? = nil, total: Int? = nil) {
        self.items = items
        self.next = next
        self.total = total
    }

    package func map<Other>(_ transform: (Item) throws -> Other) rethrows -> Page<Other> {
        Page<Other>(items: try items.map(transform), next: next, total: total)
    }
}

extension Page {
    private enum CodingKeys: String, CodingKey { case items, next, total }

    /// `next` is always there, so that a reader sees where the list ends.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        try container.encode(next, forKey: .next)
        try container.encodeIfPresent(total, forKey: .total)
    }
}

extension Page: Equatable where Item: Equatable {}

/// How much of a list is wanted.
package struct PageRequest: Sendable, Equatable {
    package static let defaultLimit = 50
    package static let maximumLimit = 500

    package var limit: Int
    package var cursor: String?
    package var wantsTotal: Bool

    /// - Throws: `.invalidInput` when `limit` is outside 1 to 500.
    package init(limit: Int = defaultLimit, cursor: String? = nil, wantsTotal: Bool = false) throws {
        guard (1...Self.maximumLimit).contains(limit) else {
            throw EdgewrightError.invalid("limit", "must be 1 to \(Self.maximumLimit)")
        }
        self.limit = limit
        self.cursor = cursor
        self.wantsTotal = wantsTotal
    }
}
