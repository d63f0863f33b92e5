import Fleet
import Store

/// The rows of batches, as the engine needs them; so that it can be driven without a database too.
protocol BatchStorage: Sendable {
    /// Batches that are to be carried out and that no other process holds.
    func openBatches() async throws -> [Identifier<Batch>]

    /// Takes or keeps a batch for this process, for a while.
    func hold(_ id: Identifier<Batch>) async throws -> Bool

    func release(_ id: Identifier<Batch>) async throws

    /// Items that were under way in a process that died begin anew.
    func takeOver(_ id: Identifier<Batch>) async throws

    /// Writes what became of items, and decides and writes what comes next, in one transaction.
    /// - Parameter notes: what is being done with those that are under way, by position.
    func advance(
        _ id: Identifier<Batch>, _ finished: [FinishedItem], notes: [Int: String]
    ) async throws -> BatchAdvance

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
