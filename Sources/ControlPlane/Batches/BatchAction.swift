import Fleet

/// What the engine asks of a kind of batch for one target. Each may be asked again after a crash: what is done already is
/// then found done.
protocol BatchAction: Sendable {
    func perform(_ item: BatchWork) async -> BatchOutcome

    /// Takes back what `perform` did.
    func undo(_ item: BatchWork) async -> BatchOutcome
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
}
