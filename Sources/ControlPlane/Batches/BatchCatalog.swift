package import Fleet
import Store

/// Proof that a permission was checked on a batch's project.
package struct BatchAccess: Sendable {
    package let project: ProjectAccess
    package let batchId: Identifier<Batch>
}

/// Bulk changes as people ask for them, watch them and act on them. `BatchEngine` carries them out.
package struct BatchCatalog: Sendable {
    /// Of the targets, so many are named in a plan for each wave.
    private static let examples = 5

    let context: ControlPlaneContext
    let recorder: AuditRecorder
    let access: AccessControl
    let engine: BatchEngine

    /// - Throws: `.notFound` for somebody without a role in its project.
    package func authorize(
        _ caller: Caller, _ permission: Permission, batch id: Identifier<Batch>
    ) async throws -> BatchAccess {
        guard let record = try await context.read({ try $0.batch(id) }) else {
            throw EdgewrightError.notFound("batch", id.rawValue)
        }
        do {
            let project = try await access.authorize(caller, permission, project: record.batch.projectId)
            return BatchAccess(project: project, batchId: id)
        } catch let error as EdgewrightError where error.code == .notFound {
            throw EdgewrightError.notFound("batch", id.rawValue)
        }
    }

    // MARK: Asking for one

    package func createBatch(_ request: CreateBatchRequest, in access: ProjectAccess) async throws -> Batch {
        let (batch, draft) = try await draft(request, in: access)
        let record = BatchRecord(batch: batch, userId: access.caller.principal.userId)
        let items = draft.items
        try await context.write { session in
            try session.insertBatch(record, items: items)
            let event = AuditEvent(
                operation: "batch.create", target: .init(batch), orgId: access.orgId, projectId: access.projectId,
                detail: "\(batch.kind.rawValue) on \(items.count) services")
            try recorder.record(event, by: access.caller, in: session)
        }
        engine.poke(batch.id)
        return batch
    }

    /// What it would do; nothing is kept.
    package func planBatch(_ request: CreateBatchRequest, in access: ProjectAccess) async throws -> BatchPlan {
        let (batch, draft) = try await draft(request, in: access)
        let waves = (1...max(1, batch.waves)).map { number in
            let mine = draft.items.filter { $0.wave == number }
            return BatchPlan.Wave(targets: mine.count, examples: mine.prefix(Self.examples).map(\.name))
        }
        return BatchPlan(
            total: draft.items.count, hosted: draft.hosted, waves: waves, offline: draft.offline,
            leftOut: draft.leftOut, warnings: draft.warnings, items: draft.preview)
    }

    private func draft(
        _ request: CreateBatchRequest, in access: ProjectAccess
    ) async throws -> (batch: Batch, draft: BatchDraft) {
        let policy = request.policy ?? BatchPolicy.standard(for: request.kind)
        try policy.validate(for: request.kind)
        try BatchKindRules.check(request)
        var draft = try await context.read { session in
            try BatchDraft(request, in: access, session) { context.makeIdentifier() }
        }
        var batch = Batch(
            id: context.makeIdentifier(), projectId: access.projectId, request: request, policy: policy,
            createdBy: access.caller.user.email, createdAt: context.now())
        batch.parameters = draft.parameters
        let sizes = BatchPlanner.waves(policy.waves, of: draft.items.count)
        batch.waves = sizes.count
        let waves = sizes.enumerated().flatMap { Array(repeating: $0.offset + 1, count: $0.element) }
        for index in draft.items.indices { draft.items[index].wave = waves[index] }
        batch.counts.pending = draft.items.count
        return (batch, draft)
    }

    // MARK: Watching

    package func listBatches(open: Bool?, _ page: PageRequest, in access: ProjectAccess) async throws -> Page<Batch> {
        try await context.read { try $0.batches(in: access.projectId, open: open, page) }.map { Self.shown($0, access) }
    }

    package func getBatch(in access: BatchAccess) async throws -> Batch {
        var batch = try await record(access).batch
        if batch.waves > 1 {
            let counted = batch
            batch.waveCounts = try await context.read { try $0.waveCounts(of: counted) }
        }
        return Self.shown(batch, access.project)
    }

    /// What services are told by their environment may be secret: it is for those only who could have set it.
    private static func shown(_ batch: Batch, _ access: ProjectAccess) -> Batch {
        let mayEdit = access.caller.principal.may(.editServices, on: .project(access.projectId, of: access.orgId))
        guard !mayEdit else { return batch }
        var batch = batch
        batch.parameters.settings = batch.parameters.settings?.redacted
        return batch
    }

    package func listBatchItems(
        state: BatchItemState?, _ page: PageRequest, in access: BatchAccess
    ) async throws -> Page<BatchItem> {
        try await context.read { try $0.batchItems(of: access.batchId, state: state, page) }
    }

    /// - Returns: a number that grows with every change; `nil` when the batch is gone.
    package func revision(in access: BatchAccess) async throws -> Int64? {
        try await context.read { try $0.batchRevision(access.batchId) }
    }

    private func record(_ access: BatchAccess) async throws -> BatchRecord {
        guard let record = try await context.read({ try $0.batch(access.batchId) }) else {
            throw EdgewrightError.notFound("batch", access.batchId.rawValue)
        }
        return record
    }

    // MARK: Acting

    package func pauseBatch(in access: BatchAccess) async throws -> Batch {
        try await change("batch.pause", in: access) { record, _, who in
            guard record.batch.state == .pending || record.batch.state == .running else {
                throw Self.refusal("paused", record)
            }
            record.batch.state = .paused
            record.batch.reason = "paused by \(who)"
        }
    }

    /// Failures so far are taken note of: only further ones stop it again.
    package func resumeBatch(in access: BatchAccess) async throws -> Batch {
        try await change("batch.resume", in: access) { record, session, _ in
            guard record.batch.state == .paused else { throw Self.refusal("resumed", record) }
            record.batch.state = .running
            record.batch.reason = ""
            guard record.batch.direction == .forward else { return }
            let situation = try session.batchSituation(record, at: context.now())
            record.tolerated.total = record.batch.counts.failed
            record.tolerated.inWave = situation.waves[record.currentWave].counts.failed
        }
    }

    /// What is under way is finished; nothing else begins.
    package func cancelBatch(in access: BatchAccess) async throws -> Batch {
        try await change("batch.cancel", in: access) { record, session, who in
            guard !record.batch.state.isFinal else { throw Self.refusal("cancelled", record) }
            record.batch.state = .cancelled
            record.batch.reason = "cancelled by \(who)"
            record.batch.finishedAt = context.now()
            try session.changeBatchItems(
                of: record.batch.id, from: [.pending, .waiting], to: .cancelled, reason: record.batch.reason,
                at: context.now())
        }
    }

    /// Tries again what failed or was cancelled.
    package func retryBatch(in access: BatchAccess) async throws -> Batch {
        try await change("batch.retry", in: access) { record, session, _ in
            guard record.batch.state.isFinal || record.batch.state == .paused else {
                throw Self.refusal("tried again", record)
            }
            let id = record.batch.id
            let isForward = record.batch.direction == .forward
            let changed =
                isForward
                ? try session.changeBatchItems(of: id, from: [.failed, .cancelled], to: .pending, at: context.now())
                : try session.resumeUndoing(of: id)
            guard changed > 0 else { throw EdgewrightError(.conflict, "Nothing of this batch has failed.") }
            record.batch.state = .running
            record.batch.reason = ""
            record.batch.startedAt = nil
            record.batch.finishedAt = nil
            record.gateSince = nil
            if isForward { record.tolerated = BatchTolerance() }
        }
    }

    /// Takes back what was done, the last first; what is under way is finished before.
    package func rollBackBatch(in access: BatchAccess) async throws -> Batch {
        try await change("batch.rollback", in: access) { record, session, who in
            guard record.batch.kind.canRollBack else {
                throw EdgewrightError(
                    .unsupported, "What a batch of kind \(record.batch.kind.rawValue) does can't be undone.")
            }
            guard record.batch.direction == .forward else { throw Self.refusal("rolled back", record) }
            try session.rollBackBatch(&record, reason: "rolled back by \(who)", at: context.now())
        }
    }

    private static func refusal(_ done: String, _ record: BatchRecord) -> EdgewrightError {
        EdgewrightError(.conflict, "A batch that is \(record.batch.state.rawValue) can't be \(done).")
    }

    private func change(
        _ operation: String, in access: BatchAccess,
        _ body: @Sendable @escaping (inout BatchRecord, any SQLSession, _ who: String) throws -> Void
    ) async throws -> Batch {
        let caller = access.project.caller
        let batch = try await context.write { session in
            try session.lock("batch:\(access.batchId)")
            guard var record = try session.batch(access.batchId) else {
                throw EdgewrightError.notFound("batch", access.batchId.rawValue)
            }
            let before = record.batch.state
            try body(&record, session, caller.user.email)
            // It goes on with the rights of whoever has set it going last.
            if record.batch.state == .running, before != .running || record.batch.direction == .back {
                record.userId = caller.principal.userId
            }
            try session.updateBatch(record)
            let event = AuditEvent(
                operation: operation, target: .init(record.batch), orgId: access.project.orgId,
                projectId: access.project.projectId)
            try recorder.record(event, by: caller, in: session)
            var batch = try session.batch(record.batch.id)?.batch ?? record.batch
            if batch.waves > 1 { batch.waveCounts = try session.waveCounts(of: batch) }
            return batch
        }
        engine.poke(access.batchId)
        return batch
    }
}
