import Fleet
import Store

/// What the engine asks of a kind of batch for one target. Each may be asked again after a crash: what is done already is
/// then found done.
protocol BatchAction: Sendable {
    func perform(_ item: BatchWork) async -> BatchOutcome

    /// Takes back what `perform` did.
    func undo(_ item: BatchWork) async -> BatchOutcome
}

/// A kind whose targets are changed together with less effort than one after the other.
protocol GroupedBatchAction: BatchAction {
    /// So many at most. Smaller than the usual concurrency, so that one group is written while another is decided on.
    var groupSize: Int { get }

    /// Whether a target is one of those; the others are changed each by itself.
    func isGrouped(_ item: ClaimedBatchItem) -> Bool

    /// - Returns: what became of each, in the same order.
    func perform(_ items: [BatchWork]) async -> [BatchOutcome]
}

extension GroupedBatchAction {
    var groupSize: Int { 25 }

    func isGrouped(_ item: ClaimedBatchItem) -> Bool { true }

    func perform(_ item: BatchWork) async -> BatchOutcome {
        await perform([item]).first ?? .failedForNow(reason: "it broke off")
    }
}

extension BatchAction {
    func undo(_ item: BatchWork) async -> BatchOutcome { .failed(reason: "this can't be undone") }
}

/// One target, and what is to be done with it.
struct BatchWork: Sendable {
    let batch: Batch
    /// Whose rights it is done with.
    let userId: Identifier<User>
    let serviceId: Identifier<EdgeService>
    let name: String
    /// Where the target is, or is to be; `nil` for managed services.
    var hostId: Identifier<EdgeHost>?
    var hostName: String?
    /// What an earlier attempt has remembered.
    var memo: String?
    /// Says what is being done now; never waits, and the last word wins.
    var tell: @Sendable (_ note: String) -> Void = { _ in }
    /// To be asked before something is taken away: throws when another process has the batch by now, which this one may
    /// have slept through.
    var confirm: @Sendable () async throws -> Void = {}
    /// Keeps something for later attempts and for the way back, before it returns.
    var remember: @Sendable (_ memo: String) async throws -> Void = { _ in }

    init(batch: Batch, userId: Identifier<User>, serviceId: Identifier<EdgeService>, name: String) {
        self.batch = batch
        self.userId = userId
        self.serviceId = serviceId
        self.name = name
    }
}
