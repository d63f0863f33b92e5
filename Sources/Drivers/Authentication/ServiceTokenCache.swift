import Fleet
import HTTPTypes

/// What services gave in exchange for passwords: tokens, and refusals that are not asked for again at once.
struct ServiceTokenCache {
    /// More services than one platform is made for.
    static let maximumEntries = 100_000
    /// A wrong password is tried again after this long at the earliest; less than the time between two probes.
    static let refusalLifetime = Duration.seconds(10)
    /// A token that is refused though it is younger than this is not worth a new sign-in: the next would be refused too.
    static let youth = Duration.seconds(5)

    private enum State {
        case token(HTTPFields, since: Timestamp, until: Timestamp)
        case refused(ServiceAnswerError, until: Timestamp)
    }

    private struct Entry {
        /// What was proven with: an edited password makes what was known void.
        let credential: ServiceCredential
        let state: State
    }

    private var entries: [Identifier<EdgeService>: Entry] = [:]

    var count: Int { entries.count }

    func fields(_ id: Identifier<EdgeService>, _ credential: ServiceCredential, at now: Timestamp) -> HTTPFields? {
        guard let entry = entries[id], case .token(let fields, _, let until) = entry.state, until > now,
            entry.credential == credential
        else { return nil }
        return fields
    }

    /// Why the service refused this credential a moment ago.
    func refusal(
        _ id: Identifier<EdgeService>, _ credential: ServiceCredential, at now: Timestamp
    ) -> ServiceAnswerError? {
        guard let entry = entries[id], case .refused(let error, let until) = entry.state, until > now,
            entry.credential == credential
        else { return nil }
        return error
    }

    /// - Parameter lifetime: how long requests may still be begun with it.
    mutating func keep(
        _ fields: HTTPFields, for lifetime: Duration, _ id: Identifier<EdgeService>, _ credential: ServiceCredential,
        at now: Timestamp
    ) {
        put(id, Entry(credential: credential, state: .token(fields, since: now, until: now + lifetime)))
    }

    mutating func keepRefusal(
        _ error: ServiceAnswerError, _ id: Identifier<EdgeService>, _ credential: ServiceCredential, at now: Timestamp
    ) {
        put(id, Entry(credential: credential, state: .refused(error, until: now + Self.refusalLifetime)))
    }

    mutating func forgetToken(_ id: Identifier<EdgeService>, at now: Timestamp) {
        guard case .token(_, let since, _) = entries[id]?.state, now.since(since) >= Self.youth else { return }
        entries[id] = nil
    }

    private mutating func put(_ id: Identifier<EdgeService>, _ entry: Entry) {
        if entries.count >= Self.maximumEntries, entries[id] == nil { entries.remove(at: entries.startIndex) }
        entries[id] = entry
    }
}
