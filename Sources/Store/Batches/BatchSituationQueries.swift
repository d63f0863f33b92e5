package import Fleet

// What the engine decides by: how the items of a batch stand, and how well those are that it has changed.

extension SQLSession {
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
            SELECT wave, state, waiting, CASE WHEN not_before > ? THEN 1 ELSE 0 END, COUNT(*), MIN(not_before),
                SUM(CASE WHEN state = 'failed' AND undoing = 1 THEN 1 ELSE 0 END)
            FROM batch_item WHERE batch_id = ? GROUP BY 1, 2, 3, 4
            """, [now.milliseconds, batch.id.rawValue])
        for row in rows {
            let (wave, count) = (try row.int(0), try row.int(4))
            let state: BatchItemState = try row.word(1)
            situation.waves[wave].counts[state] += count
            situation.waves[wave].notUndone += try row.int(6)
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
            situation.waves[record.currentWave].unhealthy = try countUnhealthy(record, at: now)
        }
        return situation
    }

    private func countUnhealthy(_ record: BatchRecord, at now: Timestamp) throws -> Int {
        let unhealthy = unhealthy(record, at: now)
        return try count(
            """
            SELECT COUNT(*) FROM batch_item WHERE batch_id = ? AND state = 'succeeded' AND wave = ? \(unhealthy.condition)
            """, [record.batch.id.rawValue, record.currentWave] + unhealthy.values)
    }

    /// Counts the changed services of the current wave that are not healthy as failed.
    package func failUnhealthyItems(of record: BatchRecord, at now: Timestamp) throws {
        let unhealthy = unhealthy(record, at: now)
        try execute(
            """
            UPDATE batch_item SET state = 'failed', reason = 'became unhealthy after the change', finished_at = ?
            WHERE batch_id = ? AND state = 'succeeded' AND wave = ? \(unhealthy.condition)
            """, [now.milliseconds, record.batch.id.rawValue, record.currentWave] + unhealthy.values)
    }

    /// What was last seen before the change was done says nothing of it: until the gate's time is over, the monitor may
    /// take a new look. Then every service must have been seen well.
    private func unhealthy(
        _ record: BatchRecord, at now: Timestamp
    ) -> (condition: String, values: [any SQLBindable]) {
        let gate = Duration.seconds(record.batch.policy.healthGate)
        let isOver = record.gateSince.map { $0 + gate <= now } ?? false
        return (
            """
            AND EXISTS (
                SELECT 1 FROM service s WHERE s.id = batch_item.service_id AND s.status <> 'online'
                    AND (s.status_since > batch_item.finished_at OR ? = 1))
            """, [isOver]
        )
    }
}
