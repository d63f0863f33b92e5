package import Fleet

/// The pages of a list, each asked for when the one before has been used.
package struct PageSequence<Item: Codable & Sendable>: AsyncSequence, Sendable {
    package typealias Element = Page<Item>

    let first: PageRequest
    let read: @Sendable (PageRequest) async throws -> Page<Item>

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var request: PageRequest?
        fileprivate let read: @Sendable (PageRequest) async throws -> Page<Item>

        package mutating func next() async throws -> Page<Item>? {
            guard var request else { return nil }
            let page = try await read(request)
            if let next = page.next, next != request.cursor {
                request.cursor = next
                request.wantsTotal = false
                self.request = request
            } else {
                self.request = nil
            }
            return page
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(request: first, read: read) }
}

extension APIClient {
    /// Every page of a list: `client.allPages { try await client.listTags(in: project, $0) }`.
    package func allPages<Item: Codable & Sendable>(
        from first: PageRequest = .largest, _ read: @escaping @Sendable (PageRequest) async throws -> Page<Item>
    ) -> PageSequence<Item> {
        PageSequence(first: first, read: read)
    }
}

extension PageRequest {
    /// As much as one page may have.
    package static let largest = PageRequest.of(maximumLimit)

    /// With `limit` brought into the bounds.
    package static func of(_ limit: Int) -> PageRequest {
        let bounded = Swift.min(Swift.max(1, limit), maximumLimit)
        guard let request = try? PageRequest(limit: bounded) else { preconditionFailure("the limit is in the bounds") }
        return request
    }

    var query: [(name: String, value: String)] {
        [("limit", "\(limit)")] + (cursor.map { [("cursor", $0)] } ?? []) + (wantsTotal ? [("total", "true")] : [])
    }
}
