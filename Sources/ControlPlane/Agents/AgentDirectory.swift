import Fleet
import NIOConcurrencyHelpers
import Store

/// Every agent in memory: whose it is, and which control planes hold connections of it. What stands in front of each
/// request through an agent can't wait for the store.
final class AgentDirectory: Sendable {
    private struct State {
        var entries: [Identifier<EdgeAgent>: AgentEntry] = [:]
        var byKey: [String: Identifier<EdgeAgent>] = [:]

        mutating func put(_ entry: AgentEntry?, at id: Identifier<EdgeAgent>) -> AgentEntryChange? {
            let before = entries[id]
            guard before != entry else { return nil }
            // Whoever has the old one's key now is not to lose it.
            if let key = before?.fingerprint, key != entry?.fingerprint, byKey[key] == id { byKey[key] = nil }
            entries[id] = entry
            if let entry { byKey[entry.fingerprint] = id }
            return AgentEntryChange(id: id, before: before, after: entry)
        }
    }

    private let state = NIOLockedValueBox(State())

    func entry(_ id: Identifier<EdgeAgent>) -> AgentEntry? { state.withLockedValue { $0.entries[id] } }

    func entry(fingerprint: String) -> AgentEntry? {
        state.withLockedValue { state in state.byKey[fingerprint].flatMap { state.entries[$0] } }
    }

    func identifiers(heldBy holder: String) -> Set<Identifier<EdgeAgent>> {
        state.withLockedValue { state in
            Set(state.entries.values.lazy.filter { $0.holders[holder] != nil }.map(\.id))
        }
    }

    fileprivate func put(_ read: [AgentEntry], instead ids: [Identifier<EdgeAgent>]) -> [AgentEntryChange] {
        let fresh = Dictionary(read.map { ($0.id, $0) }) { first, _ in first }
        return state.withLockedValue { state in ids.compactMap { state.put(fresh[$0], at: $0) } }
    }

    fileprivate func replaceAll(_ read: [AgentEntry]) -> [AgentEntryChange] {
        let known = state.withLockedValue { Set($0.entries.keys) }
        return put(read, instead: Array(known.union(read.map(\.id))))
    }
}

/// What became of an agent in the directory.
struct AgentEntryChange: Sendable {
    let id: Identifier<EdgeAgent>
    let before: AgentEntry?
    let after: AgentEntry?

    /// Whether what is behind it is reached in another way than before, or not at all any more.
    var concernsServices: Bool {
        before?.projectId != after?.projectId || before?.state != after?.state
            || (before?.holders.isEmpty ?? true) != (after?.holders.isEmpty ?? true)
    }
}

/// Fills the directory from the store. One reading after the other: a later one is never overtaken by an earlier one.
actor AgentDirectoryLoader {
    private static let pieceSize = 1000

    private let context: ControlPlaneContext
    private let directory: AgentDirectory
    private var last: Task<[AgentEntryChange], any Error>?

    init(context: ControlPlaneContext, directory: AgentDirectory) {
        self.context = context
        self.directory = directory
    }

    /// Reads some agents anew.
    /// - Returns: those that are not what they were.
    func reload(_ ids: [Identifier<EdgeAgent>]) async throws -> [AgentEntryChange] {
        try await inTurn { [context, directory] in
            directory.put(try await context.read { try $0.agentEntries(ids) }, instead: ids)
        }
    }

    /// Reads all of them.
    func load() async throws -> [AgentEntryChange] {
        try await inTurn { [context, directory] in
            var entries: [AgentEntry] = []
            while true {
                let last = entries.last?.id
                let piece = try await context.read { try $0.agentEntries(after: last, limit: Self.pieceSize) }
                entries += piece
                guard piece.count == Self.pieceSize else { break }
            }
            return directory.replaceAll(entries)
        }
    }

    private func inTurn(
        _ body: @Sendable @escaping () async throws -> [AgentEntryChange]
    ) async throws -> [AgentEntryChange] {
        let before = last
        let task = Task {
            _ = await before?.result
            return try await body()
        }
        last = task
        return try await task.value
    }
}
