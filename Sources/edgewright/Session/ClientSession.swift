import Client
import Fleet

/// A signed-in client with the terminal it speaks to.
struct ClientSession: Sendable {
    let client: APIClient
    let context: CommandContext

    var console: Console { context.console }

    /// The items of a list's pages, at most `limit` of them; says on standard error when there are more,
    /// also to a script, which must not take a part for the whole.
    func collect<Item: Codable & Sendable>(
        limit: Int? = nil, _ read: @escaping @Sendable (PageRequest) async throws -> Page<Item>
    ) async throws -> [Item] {
        var items: [Item] = []
        let first = limit.map { PageRequest.of($0) } ?? .largest
        for try await page in client.allPages(from: first, read) {
            items += page.items
            guard let limit, items.count >= limit else { continue }
            if items.count > limit || page.next != nil {
                console.warn("These are the first \(limit); see the others with --all.\n")
            }
            return Array(items.prefix(limit))
        }
        return items
    }
}

extension String {
    /// Whether it has the form of an id, so that it need not be a name.
    var isIdentifier: Bool {
        utf8.count == 26
            && utf8.allSatisfy {
                ("0"..."9").contains(Character(Unicode.Scalar($0)))
                    || ("a"..."z").contains(Character(Unicode.Scalar($0)))
            }
    }
}
