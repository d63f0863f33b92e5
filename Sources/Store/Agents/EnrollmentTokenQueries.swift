package import Fleet

// What lets agents join. Secrets are kept as SHA-256 only.

extension SQLSession {
    package func insertEnrollmentToken(_ token: EnrollmentToken, secretHash: String) throws {
        try execute(
            """
            INSERT INTO enrollment_token (id, project_id, name, secret_hash, adopts_offers, tags, maximum_uses, uses,
                created_by, created_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)
            """,
            [
                token.id.rawValue, token.projectId.rawValue, token.name, secretHash, token.adoptsOffers,
                try encoded(token.tags), token.maximumUses, token.createdBy, token.createdAt.milliseconds,
                token.expiresAt.milliseconds,
            ])
    }

    package func enrollmentToken(secretHash: String) throws -> EnrollmentToken? {
        try queryFirst("SELECT \(tokenColumns) FROM enrollment_token WHERE secret_hash = ?", [secretHash])
            .map(readToken)
    }

    package func enrollmentToken(
        _ id: Identifier<EnrollmentToken>, in project: Identifier<Project>
    ) throws -> EnrollmentToken? {
        try queryFirst(
            "SELECT \(tokenColumns) FROM enrollment_token WHERE id = ? AND project_id = ?",
            [id.rawValue, project.rawValue]
        ).map(readToken)
    }

    /// Newest first. Their states are the caller's to tell: they depend on the time.
    package func enrollmentTokens(
        in project: Identifier<Project>, _ request: PageRequest
    ) throws -> Page<EnrollmentToken> {
        let list = KeysetList(
            order: "-createdAt", keyColumn: "created_at", idColumn: "id", descending: true, kinds: [.integer, .text])
        var page = try list.page(
            self, request, select: "SELECT \(tokenColumns) FROM enrollment_token WHERE project_id = ?",
            values: [project.rawValue], item: readToken,
            keys: { [.integer($0.createdAt.milliseconds), .text($0.id.rawValue)] })
        if request.wantsTotal {
            page.total = try count("SELECT COUNT(*) FROM enrollment_token WHERE project_id = ?", [project.rawValue])
        }
        return page
    }

    /// Takes one of its uses.
    /// - Returns: `false` when it is not good any more, whatever was read of it before.
    package func useEnrollmentToken(_ id: Identifier<EnrollmentToken>, at now: Timestamp) throws -> Bool {
        try execute(
            """
            UPDATE enrollment_token SET uses = uses + 1, last_used_at = ?
            WHERE id = ? AND uses < maximum_uses AND revoked_at IS NULL AND expires_at > ?
            """, [now.milliseconds, id.rawValue, now.milliseconds]) == 1
    }

    package func revokeEnrollmentToken(_ id: Identifier<EnrollmentToken>, at now: Timestamp) throws {
        try execute(
            "UPDATE enrollment_token SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
            [now.milliseconds, id.rawValue])
    }
}

private let tokenColumns = """
    id, project_id, name, adopts_offers, tags, maximum_uses, uses, created_by, created_at, expires_at, last_used_at, \
    revoked_at
    """

private func readToken(_ row: SQLRow) throws -> EnrollmentToken {
    var token = EnrollmentToken(
        id: Identifier(rawValue: try row.text(0)), projectId: Identifier(rawValue: try row.text(1)),
        name: try row.text(2), adoptsOffers: try row.bool(3), tags: try decoded(try row.text(4)),
        maximumUses: try row.int(5), createdBy: try row.text(7),
        createdAt: Timestamp(milliseconds: try row.integer(8)), expiresAt: Timestamp(milliseconds: try row.integer(9)))
    token.uses = try row.int(6)
    token.lastUsedAt = try row.integerOrNil(10).map(Timestamp.init(milliseconds:))
    token.revokedAt = try row.integerOrNil(11).map(Timestamp.init(milliseconds:))
    return token
}
