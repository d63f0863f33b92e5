package import Fleet

/// A page session, found by its secret.
package struct PageSessionRecord: Sendable {
    package var serviceId: Identifier<EdgeService>
    package var userId: Identifier<User>
    package var expiresAt: Timestamp
}

// Tickets and sessions of services' own pages.

extension SQLSession {
    package func insertPageTicket(
        secretHash: String, service: Identifier<EdgeService>, user: Identifier<User>, expiresAt: Timestamp
    ) throws {
        try insertPageSecret(secretHash, kind: "ticket", service: service, user: user, expiresAt: expiresAt)
    }

    package func insertPageSession(
        secretHash: String, service: Identifier<EdgeService>, user: Identifier<User>, expiresAt: Timestamp
    ) throws {
        try insertPageSecret(secretHash, kind: "session", service: service, user: user, expiresAt: expiresAt)
    }

    private func insertPageSecret(
        _ secretHash: String, kind: String, service: Identifier<EdgeService>, user: Identifier<User>,
        expiresAt: Timestamp
    ) throws {
        try execute(
            "INSERT INTO page_session (secret_hash, kind, service_id, user_id, expires_at) VALUES (?, ?, ?, ?, ?)",
            [secretHash, kind, service.rawValue, user.rawValue, expiresAt.milliseconds])
    }

    /// Takes a ticket out of the store: of two who come with the same one, only the first gets it.
    package func consumePageTicket(secretHash: String) throws -> PageSessionRecord? {
        try queryFirst(
            """
            DELETE FROM page_session WHERE secret_hash = ? AND kind = 'ticket'
            RETURNING service_id, user_id, expires_at
            """, [secretHash]
        ).map(readPageSession)
    }

    package func pageSession(secretHash: String) throws -> PageSessionRecord? {
        try queryFirst(
            "SELECT service_id, user_id, expires_at FROM page_session WHERE secret_hash = ? AND kind = 'session'",
            [secretHash]
        ).map(readPageSession)
    }
}

private func readPageSession(_ row: SQLRow) throws -> PageSessionRecord {
    PageSessionRecord(
        serviceId: Identifier(rawValue: try row.text(0)), userId: Identifier(rawValue: try row.text(1)),
        expiresAt: Timestamp(milliseconds: try row.integer(2)))
}
