package import Fleet

/// A browser's session, found by its secret.
package struct SessionRecord: Sendable {
    package var user: User
    package var csrfToken: String
    package var expiresAt: Timestamp
}

/// An API token with its owner, found by its secret.
package struct TokenRecord: Sendable {
    package var token: APIToken
    package var user: User
}

// Sessions, API tokens and the platform's own keys.

extension SQLSession {
    package func insertSession(
        secretHash: String, user: Identifier<User>, csrfToken: String, createdAt: Timestamp, expiresAt: Timestamp
    ) throws {
        try execute(
            "INSERT INTO session (secret_hash, user_id, csrf_token, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
            [secretHash, user.rawValue, csrfToken, createdAt.milliseconds, expiresAt.milliseconds])
    }

    package func session(secretHash: String) throws -> SessionRecord? {
        guard
            let row = try queryFirst(
                "SELECT user_id, csrf_token, expires_at FROM session WHERE secret_hash = ?", [secretHash]),
            let user = try user(Identifier(rawValue: row.text(0)))
        else { return nil }
        return SessionRecord(
            user: user, csrfToken: try row.text(1), expiresAt: Timestamp(milliseconds: try row.integer(2)))
    }

    package func deleteSession(secretHash: String) throws {
        try execute("DELETE FROM session WHERE secret_hash = ?", [secretHash])
    }

    package func deleteSessions(of user: Identifier<User>, except secretHash: String? = nil) throws {
        try execute(
            "DELETE FROM session WHERE user_id = ? AND secret_hash <> ?", [user.rawValue, secretHash ?? ""])
    }

    /// - Returns: how many rows of sessions and page sessions went.
    @discardableResult
    package func deleteExpiredSessions(at time: Timestamp) throws -> Int {
        try execute("DELETE FROM session WHERE expires_at < ?", [time.milliseconds])
            + execute("DELETE FROM page_session WHERE expires_at < ?", [time.milliseconds])
    }

    package func insertToken(_ token: APIToken, secretHash: String, user: Identifier<User>) throws {
        try execute(
            """
            INSERT INTO api_token (id, secret_hash, user_id, name, project_id, read_only, created_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                token.id.rawValue, secretHash, user.rawValue, token.name, token.projectId?.rawValue, token.readOnly,
                token.createdAt.milliseconds, token.expiresAt?.milliseconds,
            ])
    }

    package func token(secretHash: String) throws -> TokenRecord? {
        guard
            let row = try queryFirst(
                "SELECT \(tokenColumns), user_id FROM api_token WHERE secret_hash = ?", [secretHash]),
            let user = try user(Identifier(rawValue: row.text(7)))
        else { return nil }
        return TokenRecord(token: try readToken(row), user: user)
    }

    package func token(_ id: Identifier<APIToken>, of user: Identifier<User>) throws -> APIToken? {
        try queryFirst(
            "SELECT \(tokenColumns) FROM api_token WHERE id = ? AND user_id = ?", [id.rawValue, user.rawValue]
        ).map(readToken)
    }

    package func tokens(of user: Identifier<User>, _ request: PageRequest) throws -> Page<APIToken> {
        let list = KeysetList(order: "name", keyColumn: "name", idColumn: "id")
        var page = try list.page(
            self, request, select: "SELECT \(tokenColumns) FROM api_token WHERE user_id = ?", values: [user.rawValue],
            item: readToken, keys: { [.text($0.name), .text($0.id.rawValue)] })
        if request.wantsTotal {
            page.total = try count("SELECT COUNT(*) FROM api_token WHERE user_id = ?", [user.rawValue])
        }
        return page
    }

    package func deleteToken(_ id: Identifier<APIToken>) throws {
        try execute("DELETE FROM api_token WHERE id = ?", [id.rawValue])
    }

    package func deleteTokens(of user: Identifier<User>) throws {
        try execute("DELETE FROM api_token WHERE user_id = ?", [user.rawValue])
    }

    package func setLastUsed(_ time: Timestamp, of token: Identifier<APIToken>) throws {
        try execute("UPDATE api_token SET last_used_at = ? WHERE id = ?", [time.milliseconds, token.rawValue])
    }

    /// A key pair of the platform: the public half, and the private half as it was sealed.
    package func platformKey(_ name: String) throws -> (publicPEM: String, sealedPrivatePEM: String)? {
        try queryFirst("SELECT public_pem, sealed_private_pem FROM platform_key WHERE name = ?", [name])
            .map { (try $0.text(0), try $0.text(1)) }
    }

    /// Does nothing when the name is there: of two processes that start together, the first one's key stays.
    package func insertPlatformKey(_ name: String, publicPEM: String, sealedPrivatePEM: String, at time: Timestamp)
        throws
    {
        try execute(
            """
            INSERT INTO platform_key (name, public_pem, sealed_private_pem, created_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (name) DO NOTHING
            """, [name, publicPEM, sealedPrivatePEM, time.milliseconds])
    }
}

private let tokenColumns = "id, name, project_id, read_only, created_at, expires_at, last_used_at"

private func readToken(_ row: SQLRow) throws -> APIToken {
    APIToken(
        id: Identifier(rawValue: try row.text(0)), name: try row.text(1),
        projectId: try row.textOrNil(2).map(Identifier.init(rawValue:)), readOnly: try row.bool(3),
        createdAt: Timestamp(milliseconds: try row.integer(4)),
        expiresAt: try row.integerOrNil(5).map(Timestamp.init(milliseconds:)),
        lastUsedAt: try row.integerOrNil(6).map(Timestamp.init(milliseconds:)))
}
