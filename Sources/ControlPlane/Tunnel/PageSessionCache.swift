import Fleet

/// Remembers for a moment whose a page's session is; a page asks for dozens of files at once.
struct PageSessionCache: Sendable {
    /// Shared with the API's sessions, so that whatever changes rights empties both.
    let cache: CallerCache

    func caller(
        _ hash: String, of service: Identifier<EdgeService>, address: String, at now: Timestamp
    ) -> Caller? {
        cache.entry(key(hash, service), at: now).map {
            Caller(principal: $0.principal, user: $0.user, session: nil, address: address)
        }
    }

    /// As it was before the store was asked.
    var generation: Int { cache.generation }

    func store(
        _ caller: Caller, _ hash: String, of service: Identifier<EdgeService>, until end: Timestamp, at now: Timestamp,
        generation: Int
    ) {
        let entry = CallerCache.Entry(principal: caller.principal, user: caller.user, session: nil, expiresAt: end)
        cache.store(entry, for: key(hash, service), at: now, generation: generation)
    }

    private func key(_ hash: String, _ service: Identifier<EdgeService>) -> String { "page:\(hash):\(service)" }
}
