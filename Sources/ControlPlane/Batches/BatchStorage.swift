import Fleet
import Store

/// The rows of batches, as the engine needs them; so that it can be driven without a database too.
protocol BatchStorage: Sendable {
    /// Before anything else: what an earlier process has left behind and nobody else can have.
    func begin() async throws

    /// Batches that are to be carried out and that no other process holds.
    func openBatches() async throws -> [Identifier<Batch>]

    /// Takes a batch for this process, for a while.
    func hold(_ id: Identifier<Batch>) async throws -> Bool

    func release(_ id: Identifier<Batch>) async throws

    /// Items that were under way in a process that died begin anew.
    /// - Returns: whether the batch is this process's.
    func takeOver(_ id: Identifier<Batch>) async throws -> Bool

    /// Writes what became of items, and decides and writes what comes next, in one transaction.
    /// Keeps the batch for this process, for a while.
    /// - Parameters:
    ///   - notes: what is being done with those that are under way, by position.
    ///   - underWay: positions of all that are under way here. Given after a failure, when what was begun may have been
    ///     written without being heard of: others that are said to be under way begin anew.
    /// - Returns: `nil` when another process has the batch by now: then nothing was written.
    func advance(
        _ id: Identifier<Batch>, _ finished: [FinishedItem], notes: [Int: String], underWay: Set<Int>?
    ) async throws -> BatchAdvance?

    /// - Throws: when another process has the batch by now: then nothing may be done to its targets any more.
    func confirm(_ id: Identifier<Batch>) async throws

    /// Keeps for later attempts at an item what they must know; written when it returns.
    /// - Throws: when another process has the batch by now: then nothing may be done to the target any more.
    func remember(_ memo: String, of id: Identifier<Batch>, position: Int) async throws
}

typealias FinishedItem = (item: ClaimedBatchItem, transition: BatchItemTransition)

/// What the engine does next with a batch.
struct BatchAdvance: Sendable {
    var record: BatchRecord
    /// To be carried out now.
    var begun: [ClaimedBatchItem] = []
    /// When to look again by itself; `nil`: when something happens.
    var next: Timestamp?

    /// Nothing is begun any more, until a person acts.
    var isAtRest: Bool { record.batch.state.isFinal || record.batch.state == .paused }
}
