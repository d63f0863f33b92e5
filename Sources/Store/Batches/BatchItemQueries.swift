package import Fleet

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

    /// Items that were under way when the process died begin anew, and find what is done already; in a batch that was
    /// cancelled they don't, but going back looks after them.
    /// - Parameter kept: positions of those that somebody is at.
    package func resetRunningItems(of batch: Batch, except kept: Set<Int> = []) throws {
        let isCancelled = batch.state == .cancelled && batch.direction == .forward
        let state = isCancelled ? "cancelled" : batch.direction == .forward ? "pending" : "succeeded"
        let lost = try query(
            "SELECT position, service_id FROM batch_item WHERE batch_id = ? AND state = 'running'", [batch.id.rawValue]
        ).filter { !kept.contains(try $0.int(0)) }
        for chunk in chunks(try lost.map { try $0.int(0) }) {
            try execute(
                """
                UPDATE batch_item SET state = ?, changed = CASE WHEN undoing = 1 THEN changed ELSE 1 END, reason = ?
                WHERE batch_id = ? AND position IN (\(placeholders(chunk.count)))
                """, [state, isCancelled ? "cut short after the batch was cancelled" : "", batch.id.rawValue] + chunk)
        }
        guard !kept.isEmpty else {
            try execute("DELETE FROM service_claim WHERE batch_id = ?", [batch.id.rawValue])
            return
        }
        for chunk in chunks(try lost.map { try $0.text(1) }) {
            try execute(
                "DELETE FROM service_claim WHERE batch_id = ? AND service_id IN (\(placeholders(chunk.count)))",
                [batch.id.rawValue] + chunk)
        }
    }

    /// What was changed, whatever came of it afterwards, is there to be undone.
    package func beginUndoing(of batch: Identifier<Batch>) throws {
        try execute(
            """
            UPDATE batch_item SET state = 'succeeded', waiting = NULL, not_before = NULL, failures = 0
            WHERE batch_id = ? AND changed = 1 AND state NOT IN ('running', 'rolledBack')
            """, [batch.rawValue])
    }

    /// What could not be taken back is tried again.
    /// - Returns: how many there are.
    package func resumeUndoing(of batch: Identifier<Batch>) throws -> Int {
        try execute(
            """
            UPDATE batch_item SET state = 'succeeded', reason = '', not_before = NULL, failures = 0
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
            UPDATE batch_item SET state = ?, waiting = NULL, not_before = NULL, reason = ?, finished_at = ?, failures = 0
            WHERE batch_id = ? AND state IN (\(placeholders(states.count)))
            """,
            [state.rawValue, reason, state.isFinal ? now.milliseconds : nil, batch.rawValue] + states.map(\.rawValue))
    }

    /// Services and hosts that come back need not be waited for any longer.
    package func wakeOfflineItems(of batch: Identifier<Batch>) throws {
        try execute(
            """
            UPDATE batch_item SET not_before = NULL WHERE batch_id = ? AND state = 'waiting' AND waiting = 'offline'
                AND (
                    host_id IS NULL AND EXISTS (
                        SELECT 1 FROM service s WHERE s.id = batch_item.service_id AND s.status = 'online')
                    OR EXISTS (
                        SELECT 1 FROM host h WHERE h.id = batch_item.host_id AND h.status = 'online'
                            AND h.status_since > batch_item.not_before - ?)
                )
            """, [batch.rawValue, BatchItemTransition.offlinePause.wholeMilliseconds])
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
