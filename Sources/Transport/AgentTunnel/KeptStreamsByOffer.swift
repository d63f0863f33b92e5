import Synchronization

/// The kept exchanges of a connection, by offer. From any thread.
final class KeptStreamsByOffer: Sendable {
    /// Beyond it those of offers that are not in use are forgotten: an agent has a few, and a container engine some dozens.
    private static let limit = 64

    private struct State {
        var byOffer: [String: KeptStreams] = [:]
        var isRetired = false
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.byOffer.values.reduce(0) { $0 + $1.count } } }

    func streams(to authority: String, _ peer: ErrorTranslation.Peer) -> KeptStreams? {
        state.withLock { state in
            guard !state.isRetired else { return nil }
            if let known = state.byOffer[authority] { return known }
            if state.byOffer.count >= Self.limit { state.byOffer = state.byOffer.filter { !$0.value.isUnused } }
            let made = KeptStreams(authority, peer)
            state.byOffer[authority] = made
            return made
        }
    }

    /// Nothing new is to be asked on the connection: it can close when no exchange is open any more.
    func retire() {
        let all = state.withLock { state in
            state.isRetired = true
            defer { state.byOffer = [:] }
            return state.byOffer
        }
        for streams in all.values { streams.retire() }
    }

    func closeUnused() {
        for streams in state.withLock({ $0.byOffer.values }) { streams.closeUnused() }
    }
}
