import Fleet
import Logging
import ServiceLifecycle
import Store

/// Hears what other control planes on the same PostgreSQL change: tells those who watch here, and keeps the directory
/// as it is in the store.
struct ChangeListener: Service {
    let monitor: Monitor
    let loader: ServiceDirectoryLoader
    let agents: AgentChanges

    func run() async throws {
        guard let notices = monitor.context.database.notifications(on: [ChangeAnnouncer.channel]) else { return }
        await cancelWhenGracefulShutdown {
            // Never ends by itself: a lost connection is made again, with growing pauses.
            for await notification in notices { await take(notification) }
        }
    }

    private func take(_ notification: DatabaseNotification) async {
        switch notification {
        case .listening:
            // Whatever was told meanwhile went by.
            monitor.hub.resyncAll()
            await agents.takeAll()
        case .told(_, let payload):
            guard let notice = ChangeNotice(payload: payload), notice.origin != monitor.announcer.origin else { return }
            switch notice.change {
            case .project(let id): monitor.hub.publish(.resync, in: id)
            case .agents(let ids): await agents.take(ids)
            case .services(.deleted, let ids): await takeDeleted(ids)
            case .services(let kind, let ids): await takeChanged(ids, kind)
            }
        }
    }

    private func takeDeleted(_ ids: [Identifier<EdgeService>]) async {
        let known = ids.compactMap { monitor.directory.entry($0) }
        do {
            try await loader.forget(known.map(\.id))
        } catch {
            monitor.context.logger.warning("a deletion can't be read", metadata: ["error": "\(error)"])
            monitor.hub.resyncAll()
        }
        for entry in known {
            let id = entry.id
            monitor.state.remove(id)
            let change = ServiceChange(id: id, change: .deleted, service: nil)
            monitor.hub.publish(.service(change), in: entry.projectId)
        }
    }

    private func takeChanged(_ ids: [Identifier<EdgeService>], _ kind: ServiceChange.Kind) async {
        do {
            if kind != .status { try await refreshDirectory(ids) }
            try await monitor.publish(kind, of: ids)
        } catch {
            // They are told that they missed something, which is so.
            monitor.context.logger.warning("a change can't be read", metadata: ["error": "\(error)"])
            monitor.hub.resyncAll()
        }
    }

    private func refreshDirectory(_ ids: [Identifier<EdgeService>]) async throws {
        for record in try await loader.reload(ids) {
            let id = record.service.id
            guard monitor.state.entry(id) != nil else {
                monitor.watch(record.service, within: .seconds(1))
                continue
            }
            monitor.projectMayHaveChanged(of: record.service)
            monitor.probeSoon(id)
        }
    }
}
