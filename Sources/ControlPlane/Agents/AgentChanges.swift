import Fleet
import Logging
import Store

/// What follows a change of agents, here and in the other control planes: the directory is as it is in the store, who
/// may not be connected is cut off, those who watch are told, and what is behind is asked how it is.
struct AgentChanges: Sendable {
    let context: ControlPlaneContext
    let directory: AgentDirectory
    let loader: AgentDirectoryLoader
    let connections: AgentConnections
    let monitor: Monitor
    let greetings: AgentGreetingQueue

    /// Within the transaction of the change.
    func announce(_ ids: [Identifier<EdgeAgent>], in session: any SQLSession) throws {
        try monitor.announcer.announce(agents: ids, in: session)
    }

    /// After it was committed, by whomever.
    func take(_ ids: [Identifier<EdgeAgent>]) async {
        guard !ids.isEmpty else { return }
        do {
            try await follow(try await loader.reload(ids))
            publish(ids)
        } catch {
            guard !Task.isCancelled else { return }
            context.logger.warning("changes of agents can't be read", metadata: ["error": "\(error)"])
        }
    }

    /// All of them, when something may have been missed.
    func takeAll() async {
        do {
            let changed = try await loader.load()
            try await follow(changed)
            publish(changed.map(\.id))
        } catch {
            guard !Task.isCancelled else { return }
            context.logger.warning("agents can't be read", metadata: ["error": "\(error)"])
        }
    }

    private func follow(_ changed: [AgentEntryChange]) async throws {
        for change in changed {
            // With another key than before the agent itself dials again, and whoever has copied the old one does not.
            // And what users of the old project have under way through one that was moved is none of theirs any more.
            let wasMoved = change.before?.projectId.map { $0 != change.after?.projectId } ?? false
            let isWelcome = !wasMoved && change.after.map { $0.state != .revoked } ?? false
            connections.cut(change.id, except: isWelcome ? change.after?.fingerprint : nil)
        }
        for change in changed {
            // Claimed a moment ago, and connected for longer than that.
            if change.before?.state == .unmanaged, change.after?.state == .managed { greetings.add(change.id) }
            if let project = change.before?.projectId, project != change.after?.projectId {
                monitor.hub.publish(.agent(AgentChange(id: change.id, online: nil)), in: project)
            }
        }
        let concerned = changed.filter(\.concernsServices).map(\.id)
        guard !concerned.isEmpty else { return }
        for id in try await context.read({ try $0.services(behind: concerned) }) { monitor.probeSoon(id) }
    }

    func publish(_ ids: [Identifier<EdgeAgent>]) {
        for id in ids {
            guard let entry = directory.entry(id), let project = entry.projectId else { continue }
            let change = AgentChange(id: id, online: entry.state != .revoked && !entry.holders.isEmpty)
            monitor.hub.publish(.agent(change), in: project)
        }
    }
}
