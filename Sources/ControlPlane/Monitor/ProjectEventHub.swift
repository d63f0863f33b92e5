import Fleet
import NIOConcurrencyHelpers

/// Passes changes on to those who watch a project. A watcher that is too slow misses changes and is told so, and
/// never holds up the others.
final class ProjectEventHub: Sendable {
    /// What a watcher may lag behind before changes are dropped for it.
    private static let backlog = 512

    private struct Watcher {
        let continuation: AsyncStream<ProjectEvent>.Continuation
        var hasMissed = false
    }

    private struct State {
        var watchers: [Identifier<Project>: [Int: Watcher]] = [:]
        var next = 0
    }

    private let state = NIOLockedValueBox(State())

    func events(of project: Identifier<Project>) -> AsyncStream<ProjectEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ProjectEvent.self, bufferingPolicy: .bufferingOldest(Self.backlog))
        let number = state.withLockedValue { state in
            state.next += 1
            state.watchers[project, default: [:]][state.next] = Watcher(continuation: continuation)
            return state.next
        }
        continuation.onTermination = { [weak self] _ in self?.remove(number, of: project) }
        return stream
    }

    func isWatched(_ project: Identifier<Project>) -> Bool {
        state.withLockedValue { $0.watchers[project] != nil }
    }

    func publish(_ event: ProjectEvent, in project: Identifier<Project>) {
        state.withLockedValue { state in
            guard var watchers = state.watchers[project] else { return }
            for (number, var watcher) in watchers {
                if watcher.hasMissed, case .enqueued = watcher.continuation.yield(.resync) { watcher.hasMissed = false }
                if case .dropped = watcher.continuation.yield(event) { watcher.hasMissed = true }
                watchers[number] = watcher
            }
            state.watchers[project] = watchers
        }
    }

    /// Something may have been missed, nobody knows what.
    func resyncAll() {
        let projects = state.withLockedValue { Array($0.watchers.keys) }
        for project in projects { publish(.resync, in: project) }
    }

    func pingAll() {
        let projects = state.withLockedValue { Array($0.watchers.keys) }
        for project in projects { publish(.ping, in: project) }
    }

    func finishAll() {
        let all = state.withLockedValue { state in
            defer { state.watchers = [:] }
            return state.watchers.values.flatMap(\.values)
        }
        for watcher in all { watcher.continuation.finish() }
    }

    private func remove(_ number: Int, of project: Identifier<Project>) {
        state.withLockedValue { state in
            state.watchers[project]?[number] = nil
            if state.watchers[project]?.isEmpty ?? false { state.watchers[project] = nil }
        }
    }
}
