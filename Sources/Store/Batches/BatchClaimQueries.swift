package import Fleet

/// An item that has been claimed: from now on it is under way.
package struct ClaimedBatchItem: Sendable, Equatable {
    package var position: Int
    package var serviceId: Identifier<EdgeService>
    package var name: String
    /// How often it was tried, this time included.
    package var attempts: Int
    /// How often it has failed for now before.
    package var failures = 0
    /// Whether it was taken up to be undone.
    package var isUndoing = false
    package var hostId: Identifier<EdgeHost>?
    package var hostName: String?
    /// What an earlier attempt wants to be known.
    package var memo: String?

    package init(position: Int, serviceId: Identifier<EdgeService>, name: String, attempts: Int) {
        self.position = position
        self.serviceId = serviceId
        self.name = name
        self.attempts = attempts
    }
}

// Items that are taken up and finished. Who works on a service stands in service_claim.

extension SQLSession {
    /// Takes up items that may begin, at most `limit`. One whose service another batch works on waits a little.
    package func claimBatchItems(
        of record: BatchRecord, limit: Int, at now: Timestamp, busyUntil: Timestamp
    ) throws -> [ClaimedBatchItem] {
        let id = record.batch.id.rawValue
        let forward = record.batch.direction == .forward
        let rows = try dueBatchItems(of: record, limit: limit, at: now)
        let wanted = try rows.map { row in
            var item = ClaimedBatchItem(
                position: try row.int(0), serviceId: Identifier(rawValue: try row.text(1)), name: try row.text(2),
                attempts: try row.int(3) + 1)
            item.hostId = try row.textOrNil(4).map(Identifier.init(rawValue:))
            item.hostName = try row.textOrNil(5)
            item.memo = try row.textOrNil(6)
            item.failures = try row.int(7)
            item.isUndoing = !forward
            return item
        }
        try insertRows(
            into: "service_claim", columns: ["service_id", "batch_id"],
            rows: wanted.map { [.text($0.serviceId.rawValue), .text(id)] }, suffix: "ON CONFLICT DO NOTHING")
        let mine = try servicesClaimed(by: record.batch.id, among: wanted.map(\.serviceId))
        let begun = wanted.filter { mine.contains($0.serviceId) }
        try changeItems(
            begun.map(\.position), of: record.batch.id,
            """
            state = 'running', waiting = NULL, reason = '', not_before = NULL, undoing = \(forward ? 0 : 1),
            attempts = attempts + 1, started_at = COALESCE(started_at, ?)
            """, [now.milliseconds])
        try changeItems(
            wanted.filter { !mine.contains($0.serviceId) }.map(\.position), of: record.batch.id,
            """
            state = \(forward ? "'waiting'" : "state"), waiting = 'busy', not_before = ?,
            reason = 'another batch works on this service'
            """, [busyUntil.milliseconds])
        return begun
    }

    /// Those that may begin, in order. Of a host no more than it may have at once; the others are not held up by it.
    private func dueBatchItems(of record: BatchRecord, limit: Int, at now: Timestamp) throws -> [SQLRow] {
        let forward = record.batch.direction == .forward
        let columns = "i.position, service_id, name, attempts, i.host_id, host_name, memo, failures"
        let due = """
            FROM batch_item i WHERE batch_id = ? AND state IN (\(forward ? "'pending', 'waiting'" : "'succeeded'"))
                AND wave <= ? AND (not_before IS NULL OR not_before <= ?)
            """
        let order = forward ? "ASC" : "DESC"
        let id = record.batch.id.rawValue
        let values: [any SQLBindable] = [
            id, forward ? record.currentWave : record.batch.waves, now.milliseconds,
        ]
        guard let perHost = record.batch.policy.concurrencyPerHost else {
            return try query("SELECT \(columns) \(due) ORDER BY i.position \(order) LIMIT ?", values + [limit])
        }
        return try query(
            """
            WITH busy AS (
                SELECT host_id, COUNT(*) AS items FROM batch_item
                WHERE batch_id = ? AND state = 'running' GROUP BY host_id
            ), due AS (
                SELECT position, ROW_NUMBER() OVER (PARTITION BY host_id ORDER BY position \(order)) AS place \(due)
            )
            SELECT \(columns) FROM due d JOIN batch_item i ON i.batch_id = ? AND i.position = d.position
            LEFT JOIN busy b ON b.host_id = i.host_id
            WHERE i.host_id IS NULL OR d.place <= ? - COALESCE(b.items, 0)
            ORDER BY i.position \(order) LIMIT ?
            """, [id] + values + [id, perHost, limit])
    }

    private func servicesClaimed(
        by batch: Identifier<Batch>, among services: [Identifier<EdgeService>]
    ) throws -> Set<Identifier<EdgeService>> {
        var claimed: Set<Identifier<EdgeService>> = []
        for chunk in chunks(services.map(\.rawValue)) {
            let rows = try query(
                """
                SELECT service_id FROM service_claim
                WHERE batch_id = ? AND service_id IN (\(placeholders(chunk.count)))
                """, [batch.rawValue] + chunk)
            for row in rows { claimed.insert(Identifier(rawValue: try row.text(0))) }
        }
        return claimed
    }

    /// What became of items that were under way.
    package func finishBatchItems(
        of batch: Identifier<Batch>, _ finished: [(item: ClaimedBatchItem, transition: BatchItemTransition)],
        at now: Timestamp
    ) throws {
        // Most end alike, and are written together.
        for (transition, alike) in Dictionary(grouping: finished, by: \.transition) {
            try changeItems(
                alike.map(\.item.position), of: batch,
                """
                state = ?, waiting = ?, reason = ?, not_before = ?, finished_at = ?, failures = failures + ?,
                changed = COALESCE(?, changed)
                """,
                [
                    transition.state.rawValue, transition.waiting?.rawValue, transition.reason,
                    transition.notBefore?.milliseconds, transition.state.isFinal ? now.milliseconds : nil,
                    transition.isFailedAttempt ? 1 : 0, transition.hasChanged,
                ], where: "state = 'running'")
        }
        for chunk in chunks(finished.map(\.item.serviceId.rawValue)) {
            try execute(
                "DELETE FROM service_claim WHERE batch_id = ? AND service_id IN (\(placeholders(chunk.count)))",
                [batch.rawValue] + chunk)
        }
    }

    /// What is being done with items, by their positions.
    package func noteBatchItems(of batch: Identifier<Batch>, _ notes: [Int: String]) throws {
        for (position, note) in notes.sorted(by: { $0.key < $1.key }) {
            try execute(
                "UPDATE batch_item SET reason = ? WHERE batch_id = ? AND position = ? AND state = 'running'",
                [note, batch.rawValue, position])
        }
    }

    /// - Returns: whether the item is still under way, so that what it wants to be known was written.
    package func setBatchItemMemo(_ memo: String, of batch: Identifier<Batch>, position: Int, holder: String) throws
        -> Bool
    {
        try execute(
            """
            UPDATE batch_item SET memo = ? WHERE batch_id = ? AND position = ? AND state = 'running'
                AND EXISTS (SELECT 1 FROM batch b WHERE b.id = batch_item.batch_id AND b.holder = ?)
            """, [memo, batch.rawValue, position, holder]) == 1
    }

    private func changeItems(
        _ positions: [Int], of batch: Identifier<Batch>, _ change: String, _ values: [any SQLBindable],
        where condition: String = "1 = 1"
    ) throws {
        for chunk in chunks(positions) {
            try execute(
                """
                UPDATE batch_item SET \(change)
                WHERE batch_id = ? AND \(condition) AND position IN (\(placeholders(chunk.count)))
                """, values + [batch.rawValue] + chunk)
        }
    }
}
