package import Fleet

/// One attempt at a request that came with an idempotency key.
package struct IdempotencyClaim: Sendable, Equatable {
    package let userId: Identifier<User>
    /// The id of the token it came with, or `session`.
    package let credential: String
    package let keyHash: String
    package let attempt: String

    package init(userId: Identifier<User>, credential: String, keyHash: String, attempt: String) {
        self.userId = userId
        self.credential = credential
        self.keyHash = keyHash
        self.attempt = attempt
    }

    fileprivate var key: [any SQLBindable] { [userId.rawValue, credential, keyHash] }
}

/// What is known of an earlier request with the same key.
package struct IdempotencyRecord: Sendable {
    package let fingerprint: String
    package let leasedUntil: Timestamp
    package let carriedOut: Bool
    package let sealedAnswer: String?
}

// Requests that came with an idempotency key.

extension SQLSession {
    /// Takes the key for this attempt: when it is new, when the earlier request is older than `since`, or when an
    /// earlier attempt at the same request ended without having changed anything.
    /// - Returns: `nil` when the key was taken, otherwise what is in the way.
    package func takeIdempotencyKey(
        _ claim: IdempotencyClaim, fingerprint: String, now: Timestamp, leasedUntil: Timestamp, since: Timestamp
    ) throws -> IdempotencyRecord? {
        let taken = try execute(
            """
            INSERT INTO idempotent_request
                (user_id, credential, key_hash, fingerprint, attempt, leased_until, carried_out, created_at)
            VALUES (?, ?, ?, ?, ?, ?, 0, ?)
            ON CONFLICT (user_id, credential, key_hash) DO UPDATE
            SET fingerprint = excluded.fingerprint, attempt = excluded.attempt, leased_until = excluded.leased_until,
                carried_out = 0, sealed_answer = NULL, created_at = excluded.created_at
            WHERE idempotent_request.created_at < ?
                OR (idempotent_request.carried_out = 0 AND idempotent_request.sealed_answer IS NULL
                    AND idempotent_request.leased_until <= ?
                    AND idempotent_request.fingerprint = excluded.fingerprint)
            """,
            claim.key + [
                fingerprint, claim.attempt, leasedUntil.milliseconds, now.milliseconds, since.milliseconds,
                now.milliseconds,
            ])
        guard taken == 0 else { return nil }
        return try queryFirst(
            """
            SELECT fingerprint, leased_until, carried_out, sealed_answer FROM idempotent_request
            WHERE user_id = ? AND credential = ? AND key_hash = ?
            """, claim.key
        ).map {
            IdempotencyRecord(
                fingerprint: try $0.text(0), leasedUntil: Timestamp(milliseconds: try $0.integer(1)),
                carriedOut: try $0.bool(2), sealedAnswer: try $0.textOrNil(3))
        }
    }

    /// To be called in the transaction of the change.
    /// - Returns: whether the key is still this attempt's; otherwise nothing may be changed.
    package func markCarriedOut(_ claim: IdempotencyClaim) throws -> Bool {
        try execute(
            "UPDATE idempotent_request SET carried_out = 1 \(ofAttempt)", claim.key + [claim.attempt]) == 1
    }

    /// - Parameter sealedAnswer: `nil` when it is not kept.
    package func saveAnswer(_ sealedAnswer: String?, of claim: IdempotencyClaim) throws {
        try execute(
            "UPDATE idempotent_request SET carried_out = 1, leased_until = 0, sealed_answer = ? \(ofAttempt)",
            [sealedAnswer] + claim.key + [claim.attempt])
    }

    /// The attempt failed. Unless it had changed something before, the key is free again.
    package func releaseIdempotencyKey(_ claim: IdempotencyClaim) throws {
        let removed = try execute(
            "DELETE FROM idempotent_request \(ofAttempt) AND carried_out = 0", claim.key + [claim.attempt])
        guard removed == 0 else { return }
        try execute("UPDATE idempotent_request SET leased_until = 0 \(ofAttempt)", claim.key + [claim.attempt])
    }

    /// - Returns: how many requests were forgotten.
    @discardableResult
    package func deleteIdempotentRequests(before time: Timestamp) throws -> Int {
        try execute("DELETE FROM idempotent_request WHERE created_at < ?", [time.milliseconds])
    }

    /// Forgets the oldest of each account that has more than `limit`.
    @discardableResult
    package func deleteIdempotentRequests(beyond limit: Int) throws -> Int {
        let accounts = try query(
            "SELECT user_id FROM idempotent_request GROUP BY user_id HAVING COUNT(*) > ?", [limit])
        return try accounts.reduce(0) { removed, account in
            let user = try account.text(0)
            let newestToGo = try queryFirst(
                """
                SELECT created_at FROM idempotent_request WHERE user_id = ?
                ORDER BY created_at DESC LIMIT 1 OFFSET ?
                """, [user, limit])
            guard let newestToGo else { return removed }
            return try removed
                + execute(
                    "DELETE FROM idempotent_request WHERE user_id = ? AND created_at <= ?",
                    [user, newestToGo.integer(0)])
        }
    }
}

private let ofAttempt = "WHERE user_id = ? AND credential = ? AND key_hash = ? AND attempt = ?"
