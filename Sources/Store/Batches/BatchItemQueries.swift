package import Fleet

/// An item that has been claimed: from now on it is under way.
package struct ClaimedBatchItem: Sendable, Equatable {
    package var position: Int
    package var serviceId: Identifier<EdgeService>
    package var name: String
    /// How often it was tried, this time included.
    package var attempts: Int
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

// The targets of batches. Each is in one state; who works on a service stands in service_claim.

extension SQLSession {
    /// Items of a batch by position.
    package func batchItems(
        of batch: Identifier<Batch>, state: BatchItemState?, _ request: PageRequest
    ) throws -> Page<BatchItem> {
        var condition = "batch_id = ?"
        var values: [any SQLBindable] = [batch.rawValue]
        if let state {
            condition += " AND state = ?"
            values.append(state.rawValue)
        }
        let list = KeysetList(
            order: "position", keyColumn: "position", idColumn: "position", kinds: [.integer, .integer])
        var page = try list.page(
            self, request, select: "SELECT \(itemColumns) FROM batch_item WHERE \(condition)", values: values,
            item: readItem, keys: { [.integer(Int64($0.position)), .integer(Int64($0.position))] })
        if request.wantsTotal { page.total = try count("SELECT COUNT(*) FROM batch_item WHERE \(condition)", values) }
        return page
    }

    /// What the planner decides by.
    package func batchSituation(_ record: BatchRecord, at now: Timestamp) throws -> BatchSituation {
        let batch = record.batch
        var situation = BatchSituation(
            policy: batch.policy, state: batch.state,
            waves: Array(repeating: BatchSituation.Wave(), count: batch.waves), now: now)
        situation.direction = batch.direction
        situation.current = record.currentWave
        situation.gateSince = record.gateSince
        situation.tolerated = record.tolerated
        let rows = try query(
            """
            SELECT wave, state, waiting, CASE WHEN not_before > ? THEN 1 ELSE 0 END, COUNT(*), MIN(not_before)
            FROM batch_item WHERE batch_id = ? GROUP BY 1, 2, 3, 4
            """, [now.milliseconds, batch.id.rawValue])
        for row in rows {
            let (wave, count) = (try row.int(0), try row.int(4))
            let state: BatchItemState = try row.word(1)
            situation.waves[wave].counts[state] += count
            if try row.textOrNil(2) == BatchItemTransition.Waiting.offline.rawValue {
                situation.waves[wave].offline += count
            }
            if try row.bool(3) {
                let due = Timestamp(milliseconds: try row.integer(5))
                situation.nextDue = min(situation.nextDue ?? due, due)
            } else if batch.direction == .forward ? state == .pending || state == .waiting : state == .succeeded {
                situation.waves[wave].due += count
            }
        }
        if batch.policy.healthGate > 0, situation.waves.indices.contains(record.currentWave) {
            situation.waves[record.currentWave].unhealthy = try countUnhealthy(record)
        }
        return situation
    }

    private func countUnhealthy(_ record: BatchRecord) throws -> Int {
        try count(
            """
            SELECT COUNT(*) FROM batch_item i JOIN service s ON s.id = i.service_id
            WHERE i.batch_id = ? AND i.state = 'succeeded' AND i.wave = ? AND s.status <> 'online'
            """, [record.batch.id.rawValue, record.currentWave])
    }

    /// Counts the changed services of the current wave that are not healthy as failed.
    package func failUnhealthyItems(of record: BatchRecord, at now: Timestamp) throws {
        try execute(
            """
            UPDATE batch_item SET state = 'failed', reason = 'became unhealthy after the change', finished_at = ?
            WHERE batch_id = ? AND state = 'succeeded' AND wave = ? AND service_id IN
                (SELECT id FROM service WHERE status <> 'online')
            """, [now.milliseconds, record.batch.id.rawValue, record.currentWave])
    }

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
            return item
        }
        try insertRows(
            into: "service_claim", columns: ["service_id", "batch_id"],
            rows: wanted.map { [.text($0.serviceId.rawValue), .text(id)] }, suffix: "ON CONFLICT DO NOTHING")
        let mine = try servicesClaimed(by: record.batch.id, among: wanted.map(\.serviceId))
        for item in wanted {
            if mine.contains(item.serviceId) {
                try execute(
                    """
                    UPDATE batch_item SET state = 'running', waiting = NULL, reason = '', not_before = NULL,
                        undoing = \(forward ? 0 : 1), attempts = ?, started_at = COALESCE(started_at, ?) WHERE batch_id = ? AND position = ?
                    """, [item.attempts, now.milliseconds, id, item.position])
            } else {
                try execute(
                    """
                    UPDATE batch_item SET state = \(forward ? "'waiting'" : "state"), waiting = 'busy', not_before = ?,
                        reason = 'another batch works on this service' WHERE batch_id = ? AND position = ?
                    """, [busyUntil.milliseconds, id, item.position])
            }
        }
        return wanted.filter { mine.contains($0.serviceId) }
    }

    /// Those that may begin, in order. Of a host no more than it may have at once; the others are not held up by it.
    private func dueBatchItems(of record: BatchRecord, limit: Int, at now: Timestamp) throws -> [SQLRow] {
        let forward = record.batch.direction == .forward
        let columns = "position, service_id, name, attempts, host_id, host_name, memo"
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
            return try query("SELECT \(columns) \(due) ORDER BY position \(order) LIMIT ?", values + [limit])
        }
        return try query(
            """
            SELECT \(columns) FROM (
                SELECT \(columns), ROW_NUMBER() OVER (PARTITION BY host_id ORDER BY position \(order)) AS place \(due)
            ) d
            WHERE host_id IS NULL OR place <= ? - (
                SELECT COUNT(*) FROM batch_item r WHERE r.batch_id = ? AND r.state = 'running' AND r.host_id = d.host_id)
            ORDER BY position \(order) LIMIT ?
            """, values + [perHost, id, limit])
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
        for (item, transition) in finished {
            try execute(
                """
                UPDATE batch_item SET state = ?, waiting = ?, reason = ?, not_before = ?, finished_at = ?
                WHERE batch_id = ? AND position = ? AND state = 'running'
                """,
                [
                    transition.state.rawValue, transition.waiting?.rawValue, transition.reason,
                    transition.notBefore?.milliseconds, transition.state.isFinal ? now.milliseconds : nil,
                    batch.rawValue, item.position,
                ])
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

    /// Items that were under way when the process died: they begin anew, and find what is done already.
    package func resetRunningItems(of batch: Identifier<Batch>, _ direction: BatchDirection) throws {
        let state = direction == .forward ? "pending" : "succeeded"
        try execute(
            "UPDATE batch_item SET state = ? WHERE batch_id = ? AND state = 'running'", [state, batch.rawValue])
        try execute("DELETE FROM service_claim WHERE batch_id = ?", [batch.rawValue])
    }

    /// What could not be taken back is tried again.
    /// - Returns: how many there are.
    package func resumeUndoing(of batch: Identifier<Batch>) throws -> Int {
        try execute(
            """
            UPDATE batch_item SET state = 'succeeded', reason = '', not_before = NULL
            WHERE batch_id = ? AND state = 'failed' AND undoing = 1
            """, [batch.rawValue])
    }

    /// - Returns: how many changed.
    @discardableResult
    package func changeBatchItems(
        of batch: Identifier<Batch>, from states: [BatchItemState], to state: BatchItemState, reason: String = "",
        at now: Timestamp
    ) throws -> Int {
        try execute(
            """
            UPDATE batch_item SET state = ?, waiting = NULL, not_before = NULL, reason = ?, finished_at = ?
            WHERE batch_id = ? AND state IN (\(placeholders(states.count)))
            """,
            [state.rawValue, reason, state.isFinal ? now.milliseconds : nil, batch.rawValue] + states.map(\.rawValue))
    }

    /// What waits for an offline host is tried again so much later at least: before that the host has come back since.
    private static var offlinePause: Int { 30_000 }

    /// Services and hosts that come back need not be waited for any longer.
    package func wakeOfflineItems(of batch: Identifier<Batch>) throws {
        try execute(
            """
            UPDATE batch_item SET not_before = NULL WHERE batch_id = ? AND state = 'waiting' AND waiting = 'offline'
                AND (
                    host_id IS NULL AND service_id IN (SELECT id FROM service WHERE status = 'online')
                    OR EXISTS (
                        SELECT 1 FROM host h WHERE h.id = batch_item.host_id AND h.status = 'online'
                            AND h.status_since > batch_item.not_before - \(Self.offlinePause))
                )
            """, [batch.rawValue])
    }
}

private let itemColumns =
    "position, service_id, name, wave, state, reason, attempts, started_at, finished_at, host_id, host_name"

private func readItem(_ row: SQLRow) throws -> BatchItem {
    var item = BatchItem(
        position: try row.int(0), serviceId: Identifier(rawValue: try row.text(1)), name: try row.text(2),
        wave: try row.int(3) + 1)
    item.state = try row.word(4)
    item.reason = try row.text(5)
    item.attempts = try row.int(6)
    item.startedAt = try row.integerOrNil(7).map(Timestamp.init(milliseconds:))
    item.finishedAt = try row.integerOrNil(8).map(Timestamp.init(milliseconds:))
    item.hostId = try row.textOrNil(9).map(Identifier.init(rawValue:))
    item.hostName = try row.textOrNil(10)
    return item
}

extension SQLRow {
    /// A text that is one of few words.
    func word<Value: RawRepresentable<String>>(_ column: Int) throws -> Value {
        try readEnum(try text(column), column: "\(Value.self)")
    }
}
