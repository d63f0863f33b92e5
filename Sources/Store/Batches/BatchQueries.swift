package import Fleet
import Foundation

/// A batch with what only the engine needs to know.
package struct BatchRecord: Sendable {
    package var batch: Batch
    package var userId: Identifier<User>
    /// Index of the wave that is under way.
    package var currentWave: Int
    package var gateSince: Timestamp?
    /// Failures after which a person has let the batch go on.
    package var tolerated = BatchTolerance()
    package var revision: Int64

    package init(batch: Batch, userId: Identifier<User>) {
        self.batch = batch
        self.userId = userId
        currentWave = 0
        revision = 0
    }
}

// Batches as such; their items are in BatchItemQueries.

extension SQLSession {
    package func insertBatch(_ record: BatchRecord, items: [BatchItem]) throws {
        let batch = record.batch
        try execute(
            """
            INSERT INTO batch (id, project_id, kind, state, direction, reason, parameters, policy, total, wave_count,
                current_wave, tolerated, tolerated_in_wave, user_id, user_email, revision, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, 0, ?)
            """,
            [
                batch.id.rawValue, batch.projectId.rawValue, batch.kind.rawValue, batch.state.rawValue,
                batch.direction.rawValue, batch.reason, try encoded(batch.parameters), try encoded(batch.policy),
                items.count,
                batch.waves, record.userId.rawValue, batch.createdBy, batch.createdAt.milliseconds,
            ])
        let rows: [[SQLValue]] = items.map { item in
            [
                .text(batch.id.rawValue), .integer(Int64(item.position)), .text(item.serviceId.rawValue),
                .text(item.name), .integer(Int64(item.wave - 1)), .text(item.state.rawValue), .text(item.reason),
                .integer(0), item.hostId.map { .text($0.rawValue) } ?? .null, item.hostName.map(SQLValue.text) ?? .null,
            ]
        }
        try insertRows(
            into: "batch_item",
            columns: [
                "batch_id", "position", "service_id", "name", "wave", "state", "reason", "attempts", "host_id",
                "host_name",
            ], rows: rows)
    }

    package func batch(_ id: Identifier<Batch>) throws -> BatchRecord? {
        guard
            var record = try queryFirst("SELECT \(batchColumns) FROM batch WHERE id = ?", [id.rawValue]).map(readBatch)
        else { return nil }
        record.batch.counts = try batchCounts([id])[id] ?? BatchCounts()
        return record
    }

    /// Batches of a project, the newest first.
    package func batches(in project: Identifier<Project>, open: Bool?, _ request: PageRequest) throws -> Page<Batch> {
        var condition = "project_id = ?"
        if let open { condition += open ? " AND finished_at IS NULL" : " AND finished_at IS NOT NULL" }
        let list = KeysetList(order: "-id", keyColumn: "id", idColumn: "id", descending: true)
        var page = try list.page(
            self, request, select: "SELECT \(batchColumns) FROM batch WHERE \(condition)", values: [project.rawValue],
            item: { try readBatch($0).batch }, keys: { [.text($0.id.rawValue), .text($0.id.rawValue)] })
        if request.wantsTotal {
            page.total = try count("SELECT COUNT(*) FROM batch WHERE \(condition)", [project.rawValue])
        }
        let counts = try batchCounts(page.items.map(\.id))
        for index in page.items.indices { page.items[index].counts = counts[page.items[index].id] ?? BatchCounts() }
        return page
    }

    private func batchCounts(_ ids: [Identifier<Batch>]) throws -> [Identifier<Batch>: BatchCounts] {
        var counts: [Identifier<Batch>: BatchCounts] = [:]
        for chunk in chunks(ids.map(\.rawValue)) {
            let rows = try query(
                """
                SELECT batch_id, state, COUNT(*) FROM batch_item WHERE batch_id IN (\(placeholders(chunk.count)))
                GROUP BY batch_id, state
                """, chunk)
            for row in rows {
                let id = Identifier<Batch>(rawValue: try row.text(0))
                counts[id, default: BatchCounts()][try row.word(1)] = try row.int(2)
            }
        }
        return counts
    }

    /// The counts of each wave of a batch.
    package func waveCounts(of batch: Batch) throws -> [BatchCounts] {
        var counts = Array(repeating: BatchCounts(), count: batch.waves)
        let rows = try query(
            "SELECT wave, state, COUNT(*) FROM batch_item WHERE batch_id = ? GROUP BY wave, state", [batch.id.rawValue])
        for row in rows { counts[try row.int(0)][try row.word(1)] = try row.int(2) }
        return counts
    }

    /// What the engine decides is written in one go.
    package func updateBatch(_ record: BatchRecord) throws {
        let batch = record.batch
        try execute(
            """
            UPDATE batch SET state = ?, direction = ?, reason = ?, policy = ?, current_wave = ?, gate_since = ?,
                tolerated = ?, tolerated_in_wave = ?, started_at = ?, finished_at = ?, user_id = ?, revision = revision + 1
            WHERE id = ?
            """,
            [
                batch.state.rawValue, batch.direction.rawValue, batch.reason, try encoded(batch.policy),
                record.currentWave, record.gateSince?.milliseconds, record.tolerated.total,
                record.tolerated.inWave, batch.startedAt?.milliseconds,
                batch.finishedAt?.milliseconds, record.userId.rawValue, batch.id.rawValue,
            ])
    }

    package func touchBatch(_ id: Identifier<Batch>) throws {
        try execute("UPDATE batch SET revision = revision + 1 WHERE id = ?", [id.rawValue])
    }

    package func batchRevision(_ id: Identifier<Batch>) throws -> Int64? {
        try queryFirst("SELECT revision FROM batch WHERE id = ?", [id.rawValue])?.integer(0)
    }

    /// Batches that nobody holds and that are to be carried out, or have something under way that whoever held them has
    /// left behind: of those that were paused or cancelled too.
    package func openBatches(at now: Timestamp) throws -> [Identifier<Batch>] {
        try query(
            """
            SELECT id FROM batch
            WHERE (state IN ('pending', 'running') OR id IN (SELECT batch_id FROM service_claim))
                AND (holder IS NULL OR held_until < ?) ORDER BY id LIMIT 1000
            """, [now.milliseconds]
        ).map { Identifier(rawValue: try $0.text(0)) }
    }

    /// - Returns: whether the batch is the holder's until then.
    package func holdBatch(
        _ id: Identifier<Batch>, holder: String, at now: Timestamp, until end: Timestamp
    ) throws -> Bool {
        try execute(
            """
            UPDATE batch SET holder = ?, held_until = ?
            WHERE id = ? AND (holder IS NULL OR holder = ? OR held_until < ?)
            """, [holder, end.milliseconds, id.rawValue, holder, now.milliseconds]) == 1
    }

    /// Whether nobody else has taken the batch since.
    package func holdsBatch(_ id: Identifier<Batch>, holder: String) throws -> Bool {
        try queryFirst("SELECT 1 FROM batch WHERE id = ? AND holder = ?", [id.rawValue, holder]) != nil
    }

    package func releaseAllBatches() throws {
        try execute("UPDATE batch SET holder = NULL, held_until = NULL WHERE holder IS NOT NULL", [])
    }

    package func releaseBatch(_ id: Identifier<Batch>, holder: String) throws {
        try execute(
            "UPDATE batch SET holder = NULL, held_until = NULL WHERE id = ? AND holder = ?", [id.rawValue, holder])
    }
}

private let batchColumns = """
    id, project_id, kind, state, direction, reason, parameters, policy, wave_count, current_wave, gate_since, user_id,
    user_email, revision, created_at, started_at, finished_at, tolerated, tolerated_in_wave
    """

private func readBatch(_ row: SQLRow) throws -> BatchRecord {
    let decoder = JSONDecoder()
    let request = CreateBatchRequest(
        kind: try row.word(2), targets: BatchTargets(),
        parameters: try decoder.decode(BatchParameters.self, from: Data(try row.text(6).utf8)))
    var batch = Batch(
        id: Identifier(rawValue: try row.text(0)), projectId: Identifier(rawValue: try row.text(1)), request: request,
        policy: try decoder.decode(BatchPolicy.self, from: Data(try row.text(7).utf8)), createdBy: try row.text(12),
        createdAt: Timestamp(milliseconds: try row.integer(14)))
    batch.state = try row.word(3)
    batch.direction = try row.word(4)
    batch.reason = try row.text(5)
    batch.waves = try row.int(8)
    batch.wave = try row.int(9) + 1
    batch.startedAt = try row.integerOrNil(15).map(Timestamp.init(milliseconds:))
    batch.finishedAt = try row.integerOrNil(16).map(Timestamp.init(milliseconds:))
    var record = BatchRecord(batch: batch, userId: Identifier(rawValue: try row.text(11)))
    record.currentWave = try row.int(9)
    record.gateSince = try row.integerOrNil(10).map(Timestamp.init(milliseconds:))
    record.revision = try row.integer(13)
    record.tolerated = BatchTolerance(total: try row.int(17), inWave: try row.int(18))
    return record
}
