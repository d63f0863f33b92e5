import Fleet
import Logging
import NIOConcurrencyHelpers
import Store

/// Carries out one batch, from where it is until nothing is left to do.
struct BatchRunner: Sendable {
    /// How often at least the hold on the batch is renewed.
    private static let renewal = Duration.seconds(5)
    /// How soon what is being done is seen.
    private static let noteInterval = Duration.seconds(1)
    private static let longestBackoff = Duration.seconds(10)

    let id: Identifier<Batch>
    let storage: any BatchStorage
    let actions: [BatchKind: any BatchAction]
    let now: @Sendable () -> Timestamp
    let logger: Logger
    let mailbox = BatchMailbox()

    func run() async {
        do {
            guard try await storage.takeOver(id) else { return }
        } catch {
            return logger.warning("a batch can't be taken over", metadata: ["batch": "\(id)", "error": "\(error)"])
        }
        await withDiscardingTaskGroup { group in
            await carryOut(&group)
            // Only a lost hold or stopping leave work behind; it begins anew elsewhere.
            group.cancelAll()
        }
    }

    private func carryOut(_ group: inout DiscardingTaskGroup) async {
        var unwritten: [FinishedItem] = []
        var failures = 0
        var underWay: Set<Int> = []
        while !Task.isCancelled {
            unwritten += mailbox.take()
            let wait: Duration
            do {
                let stillUnderWay = underWay.subtracting(unwritten.map(\.item.position))
                let advance = try await storage.advance(
                    id, unwritten, notes: mailbox.takeNotes(), underWay: failures > 0 ? stillUnderWay : nil)
                // Another process has it by now, or its project is gone.
                guard let advance else { return }
                underWay = stillUnderWay.union(advance.begun.map(\.position))
                unwritten = []
                failures = 0
                begin(advance, &group)
                if advance.isAtRest, underWay.isEmpty { return try await storage.release(id) }
                let pause = !underWay.isEmpty ? Self.noteInterval : Self.renewal
                wait = min(pause, advance.next.map { max(.milliseconds(10), $0.since(now())) } ?? pause)
            } catch {
                guard !Task.isCancelled else { return }
                failures += 1
                logger.warning("a batch waits for the store", metadata: ["batch": "\(id)", "error": "\(error)"])
                wait = min(.milliseconds(100 << min(failures, 8)), Self.longestBackoff) * Double.random(in: 0.5...1)
            }
            await mailbox.wait(atMost: wait)
        }
    }

    private func begin(_ advance: BatchAdvance, _ group: inout DiscardingTaskGroup) {
        let record = advance.record
        for items in groups(of: advance) {
            group.addTask {
                let transitions = await attempt(items, record)
                if !Task.isCancelled { mailbox.put(Array(zip(items, transitions))) }
            }
        }
    }

    private func groups(of advance: BatchAdvance) -> [[ClaimedBatchItem]] {
        let (batch, items) = (advance.record.batch, advance.begun)
        guard batch.direction == .forward, let action = actions[batch.kind] as? any GroupedBatchAction else {
            return items.map { [$0] }
        }
        let grouped = items.filter(action.isGrouped)
        let groups = stride(from: 0, to: grouped.count, by: action.groupSize).map {
            Array(grouped[$0..<min($0 + action.groupSize, grouped.count)])
        }
        return groups + items.filter { !action.isGrouped($0) }.map { [$0] }
    }

    private func work(on item: ClaimedBatchItem, _ record: BatchRecord) -> BatchWork {
        var work = BatchWork(
            batch: record.batch, userId: record.userId, serviceId: item.serviceId, name: item.name)
        work.hostId = item.hostId
        work.hostName = item.hostName
        work.memo = item.memo
        work.tell = { [mailbox] in mailbox.note($0, at: item.position) }
        work.confirm = { [storage, id] in try await storage.confirm(id) }
        work.remember = { [storage, id] in try await storage.remember($0, of: id, position: item.position) }
        return work
    }

    /// - Returns: what becomes of each, in the same order.
    private func attempt(_ items: [ClaimedBatchItem], _ record: BatchRecord) async -> [BatchItemTransition] {
        let batch = record.batch
        guard let action = actions[batch.kind] else {
            let reason = "this version does not know “\(batch.kind.rawValue)”"
            return items.map { _ in BatchItemTransition(.failed, reason: reason) }
        }
        let works = items.map { work(on: $0, record) }
        if batch.direction == .back {
            var transitions: [BatchItemTransition] = []
            for (item, work) in zip(items, works) {
                transitions.append(
                    .afterUndoing(
                        await action.undo(work), failures: item.failures, policy: batch.policy, now: now(),
                        jitter: .random(in: 0...1)))
            }
            return transitions
        }
        let outcomes = await outcomes(of: action, works)
        let deadline = (batch.startedAt ?? batch.createdAt) + .seconds(batch.policy.offlineDeadline)
        return zip(items, outcomes).map { item, outcome in
            .after(
                outcome, failures: item.failures, policy: batch.policy, deadline: deadline, now: now(),
                jitter: .random(in: 0...1))
        }
    }

    private func outcomes(of action: any BatchAction, _ works: [BatchWork]) async -> [BatchOutcome] {
        if let grouped = action as? any GroupedBatchAction { return await grouped.perform(works) }
        var outcomes: [BatchOutcome] = []
        for work in works { outcomes.append(await action.perform(work)) }
        return outcomes
    }
}

/// Where those who work put what came of it, and where the one who writes it waits.
final class BatchMailbox: Sendable {
    private let finished = NIOLockedValueBox<[FinishedItem]>([])
    private let notes = NIOLockedValueBox<[Int: String]>([:])
    private let signal: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    init() { (signal, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    func put(_ items: [FinishedItem]) {
        finished.withLockedValue { $0 += items }
        bell.yield()
    }

    func take() -> [FinishedItem] {
        finished.withLockedValue { finished in
            defer { finished = [] }
            return finished
        }
    }

    /// What is being done with an item; waits until something else is written, a second at most.
    func note(_ note: String, at position: Int) { notes.withLockedValue { $0[position] = note } }

    func takeNotes() -> [Int: String] {
        notes.withLockedValue { notes in
            defer { notes = [:] }
            return notes
        }
    }

    /// Something changed that concerns the batch.
    func ring() { bell.yield() }

    func wait(atMost limit: Duration) async {
        let (signal, bell) = (signal, bell)
        await withDiscardingTaskGroup { group in
            group.addTask {
                do {
                    try await Task.sleep(for: limit)
                    bell.yield()
                } catch {
                    // The bell has rung meanwhile: rung once more it would be heard by the next who waits.
                }
            }
            for await _ in signal { break }
            group.cancelAll()
        }
    }
}
