package import Fleet

/// A ticket for a service's page, or the session it became, found by its secret.
package struct PageSessionRecord: Sendable {
    /// The credential that the page was opened with: its limits and its end are the page's too.
    package enum Origin: Sendable {
        case session(secretHash: String)
        case token(Identifier<APIToken>)
    }

    package var serviceId: Identifier<EdgeService>
    package var userId: Identifier<User>
    package var origin: Origin
    package var expiresAt: Timestamp

    package init(
        serviceId: Identifier<EdgeService>, userId: Identifier<User>, origin: Origin, expiresAt: Timestamp
    ) {
        self.serviceId = serviceId
        self.userId = userId
        self.origin = origin
        self.expiresAt = expiresAt
    }
}

// Tickets and sessions of services' own pages. They go with the credential that they come from.

extension SQLSession {
    package func insertPageTicket(_ record: PageSessionRecord, secretHash: String) throws {
        try insertPageSecret(record, secretHash, kind: "ticket")
    }

    package func insertPageSession(_ record: PageSessionRecord, secretHash: String) throws {
        try insertPageSecret(record, secretHash, kind: "session")
    }

    private func insertPageSecret(_ record: PageSessionRecord, _ secretHash: String, kind: String) throws {
        let (session, token): (String?, String?) =
            switch record.origin {
            case .session(let hash): (hash, nil)
            case .token(let id): (nil, id.rawValue)
            }
        try execute(
            """
            INSERT INTO page_session (secret_hash, kind, service_id, user_id, session_hash, token_id, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                secretHash, kind, record.serviceId.rawValue, record.userId.rawValue, session, token,
                record.expiresAt.milliseconds,
            ])
    }

    /// Takes a ticket out of the store: of two who come with the same one, only the first gets it.
    package func consumePageTicket(secretHash: String) throws -> PageSessionRecord? {
        try queryFirst(
            "DELETE FROM page_session WHERE secret_hash = ? AND kind = 'ticket' RETURNING \(pageColumns)",
            [secretHash]
        ).map(readPageSession)
    }

    package func pageSession(secretHash: String) throws -> PageSessionRecord? {
        try queryFirst(
            "SELECT \(pageColumns) FROM page_session WHERE secret_hash = ? AND kind = 'session'", [secretHash]
        ).map(readPageSession)
    }
}

private let pageColumns = "service_id, user_id, session_hash, token_id, expires_at"

private func readPageSession(_ row: SQLRow) throws -> PageSessionRecord {
    let origin: PageSessionRecord.Origin
    if let hash = try row.textOrNil(2) {
        origin = .session(secretHash: hash)
    } else {
        origin = .token(Identifier(rawValue: try row.text(3)))
    }
    return PageSessionRecord(
        serviceId: Identifier(rawValue: try row.text(0)), userId: Identifier(rawValue: try row.text(1)),
        origin: origin, expiresAt: Timestamp(milliseconds: try row.integer(4)))
}
