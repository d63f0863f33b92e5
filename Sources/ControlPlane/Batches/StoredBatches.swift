import Fleet
import Store

/// Batches in the store.
struct StoredBatches: BatchStorage {
    /// Longer than any pause between two renewals; a process that died is followed after it.
    private static let holding = Duration.seconds(20)
    /// More decisions in a row than a batch has waves and turns would be an endless loop.
    private static let maximumDecisions = 4 * BatchPolicy.maximumWaves + 20

    let context: ControlPlaneContext
    let recorder: AuditRecorder
    let holder: String

    /// A file of SQLite's is opened by one process: whoever held batches in it is dead, and need not be waited for.
    func begin() async throws {
        guard context.database.dialect == .sqlite else { return }
        try await context.write { try $0.releaseAllBatches() }
    }

    func openBatches() async throws -> [Identifier<Batch>] {
        let now = context.now()
        return try await context.read { try $0.openBatches(at: now) }
    }

    func hold(_ id: Identifier<Batch>) async throws -> Bool {
        let (holder, now) = (holder, context.now())
        return try await context.write {
            try $0.holdBatch(id, holder: holder, at: now, until: now + Self.holding)
        }
    }

    func release(_ id: Identifier<Batch>) async throws {
        let holder = holder
        try await context.write { try $0.releaseBatch(id, holder: holder) }
    }

    func takeOver(_ id: Identifier<Batch>) async throws -> Bool {
        try await context.write { session in
            try session.lock("batch:\(id)")
            guard try isHeld(id, session), let record = try session.batch(id) else { return false }
            try session.resetRunningItems(of: record.batch)
            return true
        }
    }

    /// Within a transaction: keeps the hold, which then nobody else can take until its end.
    private func isHeld(_ id: Identifier<Batch>, _ session: any SQLSession) throws -> Bool {
        let now = context.now()
        return try session.holdBatch(id, holder: holder, at: now, until: now + Self.holding)
    }

    func remember(_ memo: String, of id: Identifier<Batch>, position: Int) async throws {
        let holder = holder
        let isMine = try await context.write {
            try $0.setBatchItemMemo(memo, of: id, position: position, holder: holder)
        }
        guard isMine else { throw Self.lost }
    }

    func confirm(_ id: Identifier<Batch>) async throws {
        let holder = holder
        guard try await context.read({ try $0.holdsBatch(id, holder: holder) }) else { throw Self.lost }
    }

    private static var lost: EdgewrightError {
        EdgewrightError(.unavailable, "Another process carries this batch out by now.")
    }

    func advance(
        _ id: Identifier<Batch>, _ finished: [FinishedItem], notes: [Int: String], underWay: Set<Int>?
    ) async throws -> BatchAdvance? {
        let now = context.now()
        return try await context.write { session in
            try session.lock("batch:\(id)")
            // A process that slept longer than its hold must not write over what its successor does.
            guard try isHeld(id, session), var record = try session.batch(id) else { return nil }
            try session.noteBatchItems(of: id, notes)
            try session.finishBatchItems(of: id, finished.map { Self.settled($0, record.batch) }, at: now)
            if let underWay { try session.resetRunningItems(of: record.batch, except: underWay) }
            try session.wakeOfflineItems(of: id)
            let before = record
            var advance = BatchAdvance(record: record)
            for _ in 0..<Self.maximumDecisions {
                let step = BatchPlanner.next(try session.batchSituation(record, at: now))
                guard try take(step, &record, &advance, at: now, session) else { break }
            }
            if !finished.isEmpty || !notes.isEmpty || !advance.begun.isEmpty || !record.isSame(as: before) {
                try session.updateBatch(record)
            }
            advance.record = record
            return advance
        }
    }

    private static func settled(_ finished: FinishedItem, _ batch: Batch) -> FinishedItem {
        guard !finished.item.isUndoing else { return finished }
        return (finished.item, finished.transition.settled(batch.direction, batch.state))
    }

    /// - Returns: whether there is more to decide.
    private func take(
        _ step: BatchStep, _ record: inout BatchRecord, _ advance: inout BatchAdvance, at now: Timestamp,
        _ session: any SQLSession
    ) throws -> Bool {
        switch step {
        case .begin(let limit), .undo(let limit):
            record.batch.state = .running
            record.batch.reason = record.batch.direction == .back ? record.batch.reason : ""
            record.batch.startedAt = record.batch.startedAt ?? now
            advance.begun = try session.claimBatchItems(
                of: record, limit: limit, at: now, busyUntil: now + BatchItemTransition.busyPause)
            // With nothing begun, either their services are busy and they wait by now, or their hosts are full.
            return advance.begun.isEmpty && record.batch.policy.concurrencyPerHost == nil
        case .watchGate: record.gateSince = now
        case .failUnhealthy: try session.failUnhealthyItems(of: record, at: now)
        case .enterWave(let wave):
            record.currentWave = wave
            record.gateSince = nil
            record.tolerated.inWave = 0
        case .pause(let reason):
            record.batch.state = .paused
            record.batch.reason = reason
            return false
        case .rollBack(let reason):
            try session.rollBackBatch(&record, reason: reason, at: now)
        case .finish(let state):
            record.batch.state = state
            record.batch.finishedAt = now
            if record.batch.direction == .forward { record.batch.reason = "" }
            try recordEnd(record, session)
            return false
        case .wait(let until, let reason):
            advance.next = until
            record.batch.reason = reason ?? (record.batch.direction == .back ? record.batch.reason : "")
            return false
        }
        return true
    }

    private func recordEnd(_ record: BatchRecord, _ session: any SQLSession) throws {
        let batch = record.batch
        guard let project = try session.project(batch.projectId) else { return }
        let counts = try session.batch(batch.id)?.batch.counts ?? BatchCounts()
        let event = AuditEvent(
            operation: "batch.end", target: .init(batch), orgId: project.orgId, projectId: batch.projectId,
            detail: "\(batch.state.rawValue): \(counts.succeeded) succeeded, \(counts.failed) failed, "
                + "\(counts.skipped) skipped, \(counts.rolledBack) rolled back",
            result: batch.state == .succeeded ? .succeeded : .failed)
        let email = try session.user(record.userId)?.email ?? batch.createdBy
        let actor = AuditEntry.Actor(userId: record.userId, email: email, tokenId: nil, address: "")
        try recorder.record(event, by: actor, in: session)
    }
}

extension BatchRecord {
    /// Whether nothing that is written differs.
    fileprivate func isSame(as other: BatchRecord) -> Bool {
        batch == other.batch && currentWave == other.currentWave && gateSince == other.gateSince
            && tolerated == other.tolerated
    }
}

extension SQLSession {
    /// Turns the batch round: what has not begun does not, and what succeeded is to be undone.
    func rollBackBatch(_ record: inout BatchRecord, reason: String, at now: Timestamp) throws {
        record.batch.direction = .back
        record.batch.reason = reason
        record.batch.state = .running
        record.batch.finishedAt = nil
        try beginUndoing(of: record.batch.id)
        try changeBatchItems(
            of: record.batch.id, from: [.pending, .waiting], to: .cancelled, reason: "rolled back before its turn",
            at: now)
    }
}

extension AuditEntry.Target {
    init(_ batch: Batch) { self.init(type: "batch", id: batch.id.rawValue, name: batch.kind.rawValue) }
}
